import Testing
import Wasm

@testable import Composition

struct ComposerTests {
    private let engine: Engine

    init() throws {
        engine = try Config().makeEngine()
    }

    private func binary(_ text: String) throws -> [UInt8] {
        var text = text
        return try text.withUTF8 { try assemble(UnsafeRawBufferPointer($0)) }
    }

    private func composed(_ components: [(name: String, bytes: [UInt8])]) throws -> [UInt8] {
        let copies = components.map {
            ($0.name, UnsafeMutableRawBufferPointer.allocate(byteCount: $0.bytes.count, alignment: 1))
        }
        defer { for copy in copies { copy.1.deallocate() } }
        for (copy, component) in zip(copies, components) { copy.1.copyBytes(from: component.bytes) }
        return try compose(copies.map { ($0.0, UnsafeRawBufferPointer($0.1)) })
    }

    private func composed(_ texts: [(name: String, text: String)]) throws -> [UInt8] {
        try composed(texts.map { ($0.name, try binary($0.text)) })
    }

    private func compile(_ bytes: [UInt8]) throws -> Component {
        try bytes.withUnsafeBytes { (bytes) throws(EngineError) in try Component(compiling: bytes, with: engine) }
    }

    /// What the whole's `run` answers.
    private func run(_ bytes: [UInt8]) throws -> ComponentFunction.Outcome {
        let component = try compile(bytes)
        let linker = ComponentLinker(engine)
        try linker.defineWASI()
        let store = Store(engine)
        try store.setWASI(WASIConfiguration())
        let instance = try linker.instantiate(component, in: store)
        let export = try #require(component.export("run"))
        return try #require(instance.function(export)).call(hasResult: true)
    }

    @Test func whatOneImportsAnotherGives() throws {
        #expect(try run(composed([("main", Texts.main()), ("auth", Texts.auth)])) == .success)
        #expect(try run(composed([("main", Texts.main(token: 1)), ("auth", Texts.auth)])) == .failure)
    }

    @Test(arguments: [["sessions", "check"], ["check", "sessions"]])
    func aTypeIsTheSameForAllInWhateverOrderTheyAreNamed(order: [String]) throws {
        let texts = ["sessions": Texts.sessions, "check": Texts.check]
        let others = order.map { ($0, texts[$0] ?? "") }
        #expect(try run(composed([("client", Texts.client)] + others)) == .success)
    }

    /// The index of a type that stands where a primitive one may is a signed number.
    @Test func thereMayBeManyTypes() throws {
        let many = (0..<200).map { "(type $u\($0) (list u8)) (export \"t\($0)\" (type $e\($0) (eq $u\($0))))" }.joined()
        let host = "(import \"wasi:clocks/monotonic-clock@0.2.0\" (instance $clock"
        let uses = (0..<200).map { "(export \"f\($0)\" (func (param \"x\" $e\($0)) (result $e\(199 - $0))))" }.joined()
        let main = Texts.main().replacing(host, with: "(import \"a:many/types\" (instance \(many) \(uses)))\n\(host)")
        _ = try compile(composed([("main", main), ("auth", Texts.auth)]))
    }

    @Test func aCompositionIsAComponentThatCanBeComposed() throws {
        let auth = try composed([("check", Texts.check), ("sessions", Texts.sessions)])
        let whole = try composed([
            ("client", binary(Texts.client)), ("auth", auth), ("sessions", binary(Texts.sessions)),
        ])
        // Its session is not that of the client, whose sessions are another instance's.
        #expect(throws: EngineError.self) { try compile(whole) }
        let inner = try composed([("main", binary(Texts.main())), ("auth", binary(Texts.auth))])
        #expect(try run(composed([("inner", inner)])) == .success)
    }

    @Test func whoIsOfNoUseIsNamed() throws {
        let error = #expect(throws: CompositionError.self) {
            try composed([("main.wasm", Texts.main()), ("auth.wasm", Texts.auth), ("db.wasm", Texts.sessions)])
        }
        #expect(
            error?.description == "db.wasm exports nothing that the other components import: it exports "
                + "auth:api/sessions@1.0.0, and they import auth:api/check@1.0.0")
    }

    @Test func whoNeedEachOtherAreNamed() throws {
        func needy(_ imported: String, _ exported: String) -> String {
            """
            (component
              (import "\(imported)" (instance $i (export "f" (func))))
              (alias export $i "f" (func $f))
              (instance $e (export "f" (func $f)))
              (export "\(exported)" (instance $e)))
            """
        }
        let error = #expect(throws: CompositionError.self) {
            try composed([
                ("main", needy("a:a/a", "m:m/m")), ("a.wasm", needy("b:b/b", "a:a/a")),
                ("b.wasm", needy("a:a/a", "b:b/b")),
            ])
        }
        #expect(error?.description.contains("a.wasm, b.wasm need each other") == true)
    }

    @Test func whatDoesNotFitTheEngineSays() throws {
        let main = Texts.main(type: "(param \"token\" u32) (param \"more\" u32) (result bool)")
            .replacing("(func $check (param i32) (result i32))", with: "(func $check (param i32 i32) (result i32))")
            .replacing("(call $check (i32.const 42))", with: "(call $check (i32.const 42) (i32.const 1))")
        let error = #expect(throws: EngineError.self) { try compile(composed([("main", main), ("auth", Texts.auth)])) }
        #expect(error?.message.contains("auth:api/check@1.0.0") == true, "\(String(describing: error))")
    }

    @Test func whatIsNoComponentIsNamed() throws {
        for bytes in [[], [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]] as [[UInt8]] {
            let error = #expect(throws: CompositionError.self) {
                try composed([("main", binary(Texts.main())), ("x", bytes)])
            }
            #expect(error?.description == "x is not a component")
        }
    }

    @Test func whateverAnImageHoldsIsAnsweredByAnErrorOrAComponent() throws {
        let main = try binary(Texts.main())
        let auth = try binary(Texts.auth)
        for count in 0..<auth.count {
            _ = try? composed([("main", main), ("auth", Array(auth.prefix(count)))])
            _ = try? composed([("main", Array(main.prefix(count))), ("auth", auth)])
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<3000 {
            var (main, auth) = (main, auth)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                main[Int.random(in: 8..<main.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                auth[Int.random(in: 8..<auth.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? composed([("main", main), ("auth", auth)])
        }
    }
}
