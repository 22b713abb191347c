import Testing

@testable import Wasm

@Suite("Core modules")
struct ModuleTests {
    let engine: Engine

    init() throws {
        engine = try Config().makeEngine()
    }

    func module(_ text: String) throws -> Module {
        var text = text
        let binary = try text.withUTF8 { try assemble(UnsafeRawBufferPointer($0)) }
        return try binary.withUnsafeBytes { (bytes) throws(EngineError) in
            try Module(compiling: bytes, with: engine)
        }
    }

    func error(_ body: () throws -> Void) throws -> EngineError {
        try #require(#expect(throws: EngineError.self, performing: body))
    }

    @Test func aMistakeInTextIsReportedWithItsLine() throws {
        let error = try error { _ = try module("(module\n  (func (result i32))\n  (nonsense))") }
        #expect(error.operation == .parseText)
        #expect(error.message.contains(":3:"))
    }

    @Test func anInvalidModuleIsReportedWithItsOffset() throws {
        let error = try error { _ = try module("(module (func (result i32)))") }
        #expect(error.operation == .compile)
        #expect(error.message.contains("type mismatch"))
        #expect(error.message.contains("offset"))
    }

    @Test func theEnginesWordsBecomeOneSentence() throws {
        let truncated: [UInt8] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 0x7f]
        let error = try error {
            _ = try truncated.withUnsafeBytes { (bytes) throws(EngineError) in
                try Module(compiling: bytes, with: engine)
            }
        }
        #expect("\(error)".hasPrefix("can't compile: failed to parse WebAssembly module: unexpected end"))
        #expect(!"\(error)".contains("\n"))
        #expect(EngineError.sentence("a\n\nCaused by:\n    0: b: c\n    1: d\n") == "a: b: c: d")
    }

    @Test func importsAndExportsAreListedWithTheirTypes() throws {
        let module = try module(
            """
            (module
              (import "env" "f" (func (param i32 i64) (result f32)))
              (import "env" "m" (memory 1))
              (import "env" "t" (table 1 funcref))
              (import "env" "g" (global i32))
              (func (export "run"))
              (memory (export "memory") 1))
            """)
        #expect(module.imports.map { "\($0.module).\($0.name)" } == ["env.f", "env.m", "env.t", "env.g"])
        #expect(module.imports.map(\.kind) == [.function(parameters: 2, results: 1), .memory, .table, .global])
        #expect(module.exports.map(\.name) == ["run", "memory"])
        #expect(module.exports.map(\.kind) == [.function(parameters: 0, results: 0), .memory])
    }

    @Test func aMissingImportIsRefusedWhenLinking() throws {
        let linker = Linker(engine)
        try linker.defineWASI()
        let module = try module(#"(module (import "env" "absent" (func)))"#)
        let error = try error { _ = try linker.link(module) }
        #expect(error.operation == .link)
        #expect(error.message.contains("env::absent"))
        let store = Store(engine)
        #expect(!linker.defines(module: "env", name: "absent", in: store))
        #expect(linker.defines(module: "wasi_snapshot_preview1", name: "fd_write", in: store))
    }

    @Test func aTrapNamesItsCodeAndTheFunctionsOnTheStack() throws {
        let module = try module(
            "(module $demo (func $inner unreachable) (func $outer (export \"run\") call $inner))")
        let instance = try Linker(engine).link(module).instantiate(in: Store(engine))
        let run = try #require(instance.function("run"))
        let error = try error { try run.call() }
        #expect(error.operation == .call)
        #expect(error.trapCode == .unreachable)
        #expect(error.exitStatus == nil)
        #expect(error.frames.map(\.functionName) == ["inner", "outer"])
        #expect(error.frames.map(\.functionIndex) == [0, 1])
        #expect(error.frames.allSatisfy { $0.moduleName == "demo" && $0.moduleOffset > 0 })
        #expect(error.message.contains("unreachable"))
    }

    @Test func anExitIsNotATrap() throws {
        let module = try module(
            """
            (module
              (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
              (memory (export "memory") 1)
              (func (export "_start") (call $exit (i32.const 7))))
            """)
        let linker = Linker(engine)
        try linker.defineWASI()
        let store = Store(engine)
        try store.setWASI(WASIConfiguration())
        let start = try #require(try linker.link(module).instantiate(in: store).function("_start"))
        let error = try error { try start.call() }
        #expect(error.exitStatus == 7)
        #expect(error.trapCode == nil)
    }

    @Test func memoryGrowFailsAtTheStoresLimit() throws {
        let module = try module(
            """
            (module
              (memory 1)
              (func (export "run")
                (if (i32.ne (memory.grow (i32.const 1)) (i32.const 1)) (then unreachable))
                (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))))
            """)
        let store = Store(engine)
        store.limit(memory: 2 * 65536)
        let instance = try Linker(engine).link(module).instantiate(in: store)
        try #require(instance.function("run")).call()
    }

    @Test func resultsAreThrownAway() throws {
        let module = try module(#"(module (func (export "run") (result i32 i64) i32.const 1 i64.const 2))"#)
        let instance = try Linker(engine).link(module).instantiate(in: Store(engine))
        try #require(instance.function("run")).call(results: 2)
        #expect(instance.function("absent").map { _ in true } == nil)
    }

    @Test func fuelThatRunsOutIsATrap() throws {
        let config = Config()
        config.setConsumesFuel(true)
        let engine = try config.makeEngine()
        var text = #"(module (func (export "run") (loop br 0)))"#
        let binary = try text.withUTF8 { try assemble(UnsafeRawBufferPointer($0)) }
        let module = try binary.withUnsafeBytes { (bytes) throws(EngineError) in
            try Module(compiling: bytes, with: engine)
        }
        let store = Store(engine)
        try store.setFuel(1000)
        let run = try #require(try Linker(engine).link(module).instantiate(in: store).function("run"))
        let error = try error { try run.call() }
        #expect(error.trapCode == .outOfFuel)
    }

    @Test func aFeatureThatIsOffIsRefused() throws {
        let config = Config()
        config.set(.memory64, to: false)
        let engine = try config.makeEngine()
        var text = "(module (memory i64 1))"
        let binary = try text.withUTF8 { try assemble(UnsafeRawBufferPointer($0)) }
        let error = try error {
            _ = try binary.withUnsafeBytes { (bytes) throws(EngineError) in try Module(compiling: bytes, with: engine) }
        }
        #expect(error.message.contains("memory64"))
    }
}
