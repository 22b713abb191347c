import Testing
import Wasm

@testable import WasmBinary

struct OutlineTests {
    private func outline(_ text: String) throws -> WasmOutline {
        let bytes = Array(text.utf8)
        return try WasmOutline.read(bytes.withUnsafeBytes { text throws(EngineError) in try assemble(text) })
    }

    private func module(_ text: String) throws -> ModuleOutline {
        guard case .module(let found) = try outline(text) else { throw BinaryError(offset: 0, message: "no module") }
        return found
    }

    @Test func importsAndExportsAreNamedWithTheirTypes() throws {
        let found = try module(
            """
            (module
              (type $f (func (param i32 f64) (result i64)))
              (import "env" "f" (func (type $f)))
              (import "env" "m" (memory 2 5))
              (import "env" "t" (table 1 externref))
              (import "env" "g" (global (mut i32)))
              (func $h (param externref))
              (global $k f32 (f32.const 1))
              (export "run" (func $h)) (export "f" (func 0)) (export "mem" (memory 0)) (export "k" (global $k))
              (start 2) (func))
            """)
        #expect(found.imports.map(\.name) == ["f", "m", "t", "g"] && found.imports.allSatisfy { $0.module == "env" })
        #expect(
            found.imports.map(\.type) == [
                "func (i32, f64) -> i64", "memory 2 pages, at most 5", "table 1 externref", "global (mut i32)",
            ])
        #expect(
            found.exports.map(\.type) == [
                "func (externref)", "func (i32, f64) -> i64", "memory 2 pages, at most 5", "global f32",
            ])
        #expect(found.hasStart && found.functions == 2)
        #expect(found.memories == [.init(initial: 2 << 16, maximum: 5 << 16, isImported: true)])
        #expect(found.features.contains("reference-types"))
    }

    @Test func whatMemoriesAndTablesNeedIsTold() throws {
        let found = try module(
            """
            (module
              (memory 1) (memory i64 3 9) (table 4 10 funcref)
              (func $f) (elem (i32.const 0) $f) (data (i32.const 0) "abc"))
            """)
        #expect(
            found.memories == [
                .init(initial: 1 << 16, maximum: nil), .init(initial: 3 << 16, maximum: 9 << 16, is64: true),
            ])
        #expect(found.tables == [.init(initial: 4, maximum: 10, elements: "funcref")])
        #expect(found.features.contains("multi-memory") && found.features.contains("memory64"))
        #expect(found.dataSize > 3 && found.codeSize > 0 && found.imports.isEmpty)
    }

    @Test func typesOfGarbageCollectionAreRead() throws {
        let found = try module(
            """
            (module
              (rec (type $a (sub (struct (field (mut i8)) (field (ref null $b))))) (type $b (array (mut i16))))
              (func (export "f") (param (ref $a) anyref) (result (ref null func)) unreachable))
            """)
        #expect(found.exports.first?.type == "func ((ref $0), anyref) -> (ref null func)" || found.exports.count == 1)
        #expect(found.features.contains("gc"))
    }

    @Test func aComponentNamesItsInterfacesWithVersionsAndTheModulesInIt() throws {
        let found = try outline(
            """
            (component
              (import "wasi:cli/stdout@0.2.3" (instance (export "get-stdout" (func))))
              (import "plain" (func (param "x" u32)))
              (core module $m (memory 7) (func (export "f")))
              (component (core module (memory 2)))
              (core instance $i (instantiate $m))
              (func $run (canon lift (core func $i "f")))
              (export "go" (func $run)))
            """)
        guard case .component(let component) = found else {
            Issue.record("no component")
            return
        }
        #expect(
            component.imports == [
                .init(name: "wasi:cli/stdout@0.2.3", kind: "instance"), .init(name: "plain", kind: "func"),
            ])
        #expect(component.exports == [.init(name: "go", kind: "func")])
        #expect(component.modules.map { $0.memories.first?.initial } == [7 << 16, 2 << 16])
        #expect(component.components == 1)
    }

    /// Whatever is cut off or changed, the reader ends with an outline or with an error, and reads nothing beyond.
    @Test func brokenBytesAreRefusedOrRead() throws {
        let text = """
            (module (import "a" "b" (func (param i32))) (memory 1 2) (table 1 funcref) (global i32 (i32.const 5))
              (func (export "f") (param i64) (result i64) local.get 0))
            """
        let bytes = try Array(text.utf8).withUnsafeBytes { text throws(EngineError) in try assemble(text) }
        #expect(throws: BinaryError.self) { try WasmOutline.read([]) }
        #expect(throws: BinaryError.self) { try WasmOutline.read(Array("plain text".utf8)) }
        #expect(throws: BinaryError.self) { try WasmOutline.read(Array(bytes.dropLast(3))) }
        for length in 0..<bytes.count { _ = try? WasmOutline.read(Array(bytes.prefix(length))) }
        for place in 8..<bytes.count {
            for value: UInt8 in [0, 1, 0x40, 0x7f, 0x80, 0xff] {
                var changed = bytes
                changed[place] = value
                _ = try? WasmOutline.read(changed)
            }
        }
    }

    @Test func aCountThatCannotBeIsRefused() {
        // A type section that says it has 2^28 types, in 5 bytes.
        let bytes: [UInt8] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 0xff, 0xff, 0xff, 0x7f, 0x60]
        #expect(throws: BinaryError.self) { try WasmOutline.read(bytes) }
        let long: [UInt8] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0x0f]
        #expect(throws: BinaryError.self) { try WasmOutline.read(long) }
    }

    @Test func producersAndFeaturesAreToldWhereTheyAreSaid() throws {
        func custom(_ name: String, _ content: [UInt8]) -> [UInt8] {
            let body = [UInt8(name.utf8.count)] + Array(name.utf8) + content
            return [0, UInt8(body.count)] + body
        }
        func text(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
        let bytes: [UInt8] =
            [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
            + custom("producers", [1] + text("processed-by") + [1] + text("clang") + text("14.0"))
            + custom("target_features", [2, 0x2b] + text("simd128") + [0x2d] + text("atomics"))
            + custom(".debug_info", [1, 2, 3]) + custom("broken", [0xff])
        guard case .module(let found) = try WasmOutline.read(bytes) else {
            Issue.record("no module")
            return
        }
        #expect(found.producers == ["clang 14.0"] && found.features == ["simd128"] && found.hasDebugInfo)
    }
}
