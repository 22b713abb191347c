import Testing

@testable import Wasm

@Suite("Components")
struct ComponentTests {
    /// A component with a function that answers ok, one that answers an error and one that traps.
    static let twoFunctions = """
        (component
          (core module $m
            (func (export "good") (result i32) i32.const 0)
            (func (export "bad") (result i32) i32.const 1)
            (func $boom (export "boom") unreachable))
          (core instance $i (instantiate $m))
          (func $good (result (result)) (canon lift (core func $i "good")))
          (func $bad (result (result)) (canon lift (core func $i "bad")))
          (func $boom (canon lift (core func $i "boom")))
          (core module $n (func (export "wants") (param i32)))
          (core instance $j (instantiate $n))
          (func $wants (param "x" u32) (canon lift (core func $j "wants")))
          (instance $nested (export "run" (func $bad)))
          (export "good" (func $good))
          (export "bad" (func $bad))
          (export "boom" (func $boom))
          (export "wants" (func $wants))
          (export "demo:nested/face@1.0.0" (instance $nested)))
        """

    let engine: Engine
    let component: Component

    init() throws {
        engine = try Config().makeEngine()
        component = try Self.compile(Self.twoFunctions, engine)
    }

    static func compile(_ text: String, _ engine: Engine) throws -> Component {
        var text = text
        let binary = try text.withUTF8 { try assemble(UnsafeRawBufferPointer($0)) }
        return try binary.withUnsafeBytes { (bytes) throws(EngineError) in
            try Component(compiling: bytes, with: engine)
        }
    }

    func call(_ path: String, hasResult: Bool) throws -> ComponentFunction.Outcome {
        let instance = try ComponentLinker(engine).instantiate(component, in: Store(engine))
        let export = try #require(component.export(path))
        return try #require(instance.function(export)).call(hasResult: hasResult)
    }

    @Test func theErrorCaseOfAResultIsAFailure() throws {
        #expect(try call("good", hasResult: true) == .success)
        #expect(try call("bad", hasResult: true) == .failure)
    }

    @Test func aFunctionInsideAnInstanceIsFound() throws {
        let instance = try ComponentLinker(engine).instantiate(component, in: Store(engine))
        let run = try #require(component.export("demo:nested/face@1.0.0", "run"))
        let function = try #require(instance.function(run))
        #expect(try function.call(hasResult: true) == .failure)
        #expect(component.export("demo:nested/face@1.0.0", "absent").map { _ in true } == nil)
    }

    @Test func aTrapHasTheGuestsStack() throws {
        let error = try #require(#expect(throws: EngineError.self) { try call("boom", hasResult: false) })
        #expect(error.operation == .call)
        #expect(error.frames.first?.functionName == "boom")
        #expect(error.message.contains("unreachable"))
    }

    @Test func exportsAreListedWithTheirTypes() throws {
        let exports = component.exports(engine)
        #expect(exports.map(\.name) == ["good", "bad", "boom", "wants", "demo:nested/face@1.0.0"])
        #expect(
            exports.map(\.item) == [
                .function(parameters: 0, hasResult: true), .function(parameters: 0, hasResult: true),
                .function(parameters: 0, hasResult: false), .function(parameters: 1, hasResult: false), .instance,
            ])
        let nested = component.item("run", ofInstance: "demo:nested/face@1.0.0", engine)
        #expect(nested == .function(parameters: 0, hasResult: true))
        #expect(component.item("absent", ofInstance: "demo:nested/face@1.0.0", engine) == nil)
        #expect(component.item("run", ofInstance: "absent", engine) == nil)
    }

    @Test func aMissingImportIsRefusedAndNamed() throws {
        let component = try Self.compile(#"(component (import "demo:absent/face@1.0.0" (instance)))"#, engine)
        #expect(component.imports(engine) == ["demo:absent/face@1.0.0"])
        let wanting = try Self.compile(
            #"(component (import "demo:absent/face@1.0.0" (instance (export "f" (func)))))"#, engine)
        let linker = ComponentLinker(engine)
        try linker.defineWASI()
        try linker.defineOutgoingHTTP()
        let error = try #require(
            #expect(throws: EngineError.self) { try linker.instantiate(wanting, in: Store(engine)) })
        #expect(error.message.contains("demo:absent/face@1.0.0"))
    }

    @Test func aStoreWithoutRoomForInstancesChecksImportsButRunsNothing() throws {
        let component = try Self.compile(
            "(component (core module $m (func $s unreachable) (start $s)) (core instance (instantiate $m)))", engine)
        let store = Store(engine)
        store.limit(instances: 0)
        let error = try #require(
            #expect(throws: EngineError.self) { try ComponentLinker(engine).instantiate(component, in: store) })
        #expect(error.isInstanceLimit)
        #expect(error.frames == [])
    }
}
