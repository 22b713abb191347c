import Testing
import Wasm

@testable import Composition

struct LoweredComponentTests {
    private let engine: Engine

    init() throws {
        engine = try Config().makeEngine()
    }

    private static let known: Set<String> = [
        "wasi:clocks/monotonic-clock#now", "wasi:cli/environment#get-arguments", "resource#drop",
        "wasi:http/types#[constructor]fields",
    ]

    private func binary(_ text: String) throws -> [UInt8] {
        var text = text
        return try text.withUTF8 { try assemble(UnsafeRawBufferPointer($0)) }
    }

    private func lowered(_ bytes: [UInt8]) -> [UInt8]? {
        bytes.withUnsafeBytes { LoweredComponent.module(of: $0, handling: "test:service/handler", knowing: Self.known) }
    }

    /// The module of a component that the engine takes, too.
    private func module(_ text: String) throws -> Module? {
        let bytes = try binary(text)
        _ = try bytes.withUnsafeBytes { (bytes) throws(EngineError) in try Component(compiling: bytes, with: engine) }
        return try lowered(bytes)?.withUnsafeBytes { (bytes) throws(EngineError) in
            try Module(compiling: bytes, with: engine)
        }
    }

    @Test func itsImportsAreWhatTheyStandForInTheEnd() throws {
        let module = try #require(try module(Texts.service()))
        #expect(
            module.imports.map { "\($0.module) \($0.name)" } == [
                "wasi:clocks/monotonic-clock now", "wasi:cli/environment get-arguments",
                "wasi:http/types [constructor]fields", "resource drop",
            ])
        #expect(Set(module.exports.map(\.name)) == ["handle", "memory", "realloc"])
        #expect(module.exports.first { $0.name == "handle" }?.kind == .function(parameters: 0, results: 0))
    }

    @Test func whatIsCalledBeforeAndAfterIsExported() throws {
        let lift = Texts.lift.replacing(#""work"))"#, with: #""work") (post-return (func $m "after")))"#)
        var module = try #require(try module(Texts.service(lift: lift)))
        #expect(module.exports.contains { $0.name == "post-return" })
        let start = """
            (core module $start (import "" "0" (func $f)) (start $f))
            (core instance (instantiate $start (with "" (instance (export "0" (func $m "begin"))))))
            """
        module = try #require(try self.module(Texts.service(more: start)))
        #expect(module.exports.contains { $0.name == "initialize" })
    }

    /// A component may be wrapped for what it exports.
    @Test func theHandlerMayBeGivenOnByAComponentInIt() throws {
        let wrapped = """
            (func $work (canon lift (core func $m "work")))
            (component $wrap (import "f" (func $f)) (export "handle" (func $f)))
            (instance $handler (instantiate $wrap (with "f" (func $work))))
            (export "test:service/handler@0.2.0" (instance $handler))
            """
        #expect(try module(Texts.service(lift: wrapped)) != nil)
    }

    @Test(arguments: [
        // Another encoding.
        Texts.service(options: "string-encoding=utf16"),
        // A version that is not known, and a function that is not.
        Texts.service(version: "0.3.0"), Texts.service(function: "get-environment"),
        // A resource of the component's own.
        Texts.service(more: "(type (resource (rep i32)))"),
    ])
    func whatIsOfNoKnownFormIsNotLowered(_ text: String) throws {
        #expect(try module(text) == nil)
    }

    /// The only module is not looked into.
    @Test func oneModuleMayHaveWhatIsNotMerged() throws {
        let whole = Texts.service().replacing(
            "(memory (export", with: "(type (struct)) (tag) (func (drop (ref.null struct))) (memory (export")
        #expect(try module(whole) != nil)
    }

    /// Tables that are called through in another way are left as they are, in one module with those that call.
    @Test(arguments: [
        // Functions between that do more than to call through a table.
        Texts.service(trampoline: "i32.const 16 i32.const 0"), Texts.service(trampoline: "nop local.get 0 i32.const 0"),
        // A table that is filled elsewhere, or by more than imports.
        Texts.service(elements: "(elem (i32.const 1) func 0)"),
        Texts.service(elements: "(elem (i32.const 0) func 0 1) (func)"),
    ])
    func whatIsCalledInAnotherWayIsMerged(_ text: String) throws {
        let module = try #require(try module(text.replacing(" 1 funcref", with: " 2 funcref")))
        #expect(module.imports.count == 4)
        #expect(Set(module.exports.map(\.name)) == ["handle", "memory", "realloc"])
    }

    @Test func whatIsNoComponentIsNotLowered() throws {
        #expect(lowered([]) == nil)
        #expect(lowered(try binary("(module)")) == nil)
        #expect(lowered(try binary("(component)")) == nil)
    }

    /// Components are an image's: whatever their bytes are, nothing but a module or nothing comes of them.
    @Test func bytesThatAreAnythingDoNoHarm() throws {
        let whole = try binary(Texts.service())
        for place in whole.indices {
            for change: UInt8 in [1, 0x80, 0xff] {
                var bytes = whole
                bytes[place] ^= change
                _ = lowered(bytes)
            }
            _ = lowered(Array(whole[..<place]))
        }
    }
}

extension Texts {
    static let lift = """
        (func $work (canon lift (core func $m "work")))
        (instance $handler (export "handle" (func $work)))
        (export "test:service/handler@0.2.0" (instance $handler))
        """

    /// A service as wit-component wires one: an import that needs memory is called through a table.
    static func service(
        version: String = "0.2.3", function: String = "get-arguments", options: String = "string-encoding=utf8",
        trampoline: String = "local.get 0 i32.const 0", elements: String = "(elem (i32.const 0) func 0)",
        lift: String = lift, more: String = ""
    ) -> String {
        let result = function == "get-arguments" ? "(list string)" : "(list (tuple string string))"
        return """
            (component
              (import "wasi:clocks/monotonic-clock@\(version)" (instance $clock (export "now" (func (result u64)))))
              (import "wasi:cli/environment@0.2.3" (instance $environment
                (export "\(function)" (func (result \(result))))))
              (import "wasi:http/types@0.2.3" (instance $types
                (export "fields" (type $fields (sub resource)))
                (export "[constructor]fields" (func (result (own $fields))))))
              (alias export $types "fields" (type $fields))
              (core module $main
                (import "clock" "now" (func $now (result i64)))
                (import "environment" "get" (func $arguments (param i32)))
                (import "types" "new" (func $new (result i32)))
                (import "types" "drop" (func $drop (param i32)))
                (memory (export "memory") 1)
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
                (func (export "begin"))
                (func (export "after"))
                (func (export "work")
                  (drop (call $now)) (call $arguments (i32.const 16)) (call $drop (call $new))))
              (core module $shim
                (table (export "$imports") 1 funcref)
                (func (export "0") (param i32) \(trampoline) (call_indirect (param i32))))
              (core module $fixup
                (import "" "0" (func (param i32)))
                (import "" "$imports" (table 1 funcref))
                \(elements))
              (core instance $s (instantiate $shim))
              (core func $now (canon lower (func $clock "now")))
              (core func $new (canon lower (func $types "[constructor]fields")))
              (core func $drop (canon resource.drop $fields))
              (core instance $m (instantiate $main
                (with "clock" (instance (export "now" (func $now))))
                (with "environment" (instance (export "get" (func $s "0"))))
                (with "types" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
              (core func $arguments (canon lower (func $environment "\(function)")
                (memory $m "memory") (realloc (func $m "cabi_realloc")) \(options)))
              (core instance (instantiate $fixup (with "" (instance
                (export "0" (func $arguments)) (export "$imports" (table $s "$imports"))))))
              \(more)
              \(lift))
            """
    }
}
