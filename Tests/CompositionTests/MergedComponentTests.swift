import Testing
import Wasm

@testable import Composition

struct MergedComponentTests {
    private func guest(_ text: String) throws -> LoweredGuest { try #require(try LoweredGuest(text)) }

    private func has(_ section: CoreModule.Section, in guest: LoweredGuest) throws -> Bool {
        try guest.bytes.withUnsafeBytes { (bytes) throws(CompositionError) in
            try CoreModule(bytes, in: bytes.indices).section(section) != nil
        }
    }

    // MARK: As wit-component makes them

    @Test func anAdapterIsMergedWithItsMainModule() throws {
        let guest = try guest(Texts.adapted())
        #expect(
            guest.module.imports.map { "\($0.module) \($0.name)" } == [
                "wasi:cli/environment get-arguments", "test:service/log say",
            ])
        #expect(Set(guest.module.exports.map(\.name)) == ["handle", "memory", "realloc"])
        // Nothing is called through the table between them.
        #expect(try !has(.table, in: guest))
    }

    /// What the host gives is allocated by the module that asked.
    @Test func eachModuleHasItsAllocator() throws {
        // The main one's lists lie at 4096 and after, the adapter's at 8192 and after.
        #expect(try guest(Texts.adapted()).run() == [4096, 8192, 4096 + 64, 7])
    }

    @Test func aModuleMayHaveSeveralAllocators() throws {
        let given = #"(memory $m "memory") (realloc (func $m "other_realloc"))"#
        #expect(try guest(Texts.adapted(given: given)).run() == [4096, 2048, 4096 + 64, 7])
    }

    @Test func functionsKeepTheirNames() throws {
        let error = try #require(throws: EngineError.self) {
            try guest(Texts.adapted(work: "call $adapted unreachable", adapted: "call $inner")).run()
        }
        #expect(error.frames.map(\.functionName) == ["inner", "adapted_function", "work"])
        #expect(error.frames.allSatisfy { $0.moduleName == "main" })
    }

    /// The module that fills the table may be the one that calls what the main module begins with.
    @Test func whatFillsTheTableMayCallWhatComesFirst() throws {
        let guest = try guest(Texts.adapted(fixup: #"(import "" "start" (func $start)) (start $start)"#))
        #expect(guest.module.exports.contains { $0.name == "initialize" })
        #expect(try guest.run() == [99, 4096, 8192, 4096 + 64, 7])
    }

    // MARK: The order of things

    @Test func whatModulesStartWithIsCalledInTheirOrder() throws {
        let text = Texts.modules(
            """
            (core module $first
              (import "log" "say" (func $say (param i32)))
              (memory (export "memory") 1)
              (func $start (call $say (i32.const 1))) (start $start))
            (core module $second
              (import "log" "say" (func $say (param i32)))
              (import "first" "memory" (memory 1))
              (func $start (call $say (i32.add (i32.const 2) (i32.load (i32.const 0))))) (start $start))
            (core module $main
              (import "log" "say" (func $say (param i32)))
              (func (export "begin") (call $say (i32.const 3)))
              (func (export "work") (call $say (i32.const 4))))
            (core module $starter (import "" "f" (func $f)) (start $f))
            (core instance $first (instantiate $first (with "log" (instance $host))))
            (core instance (instantiate $second (with "log" (instance $host)) (with "first" (instance $first))))
            (core instance $m (instantiate $main (with "log" (instance $host))))
            (core instance (instantiate $starter (with "" (instance (export "f" (func $m "begin"))))))
            """)
        #expect(try guest(text).run() == [1, 2, 3, 4])
    }

    /// All segments are copied before the first function is called: it would see those of later modules.
    @Test(arguments: [
        (#"(import "first" "memory" (memory 1)) (data (i32.const 0) "x")"#, false),
        (#"(import "first" "table" (table 1 funcref)) (elem (i32.const 0) func $own)"#, false),
        (#"(memory 1) (data (i32.const 0) "x")"#, true), (#"(table 1 funcref) (elem (i32.const 0) func $own)"#, true),
        (#"(import "first" "memory" (memory 1)) (data "x")"#, true),
    ])
    func aSegmentThatComesTooLateIsRefused(_ segment: String, isLowered: Bool) throws {
        let text = Texts.modules(
            """
            (core module $first
              (memory (export "memory") 1) (table (export "table") 1 funcref) (func $start) (start $start))
            (core module $main \(segment) (func $own) (func (export "work")))
            (core instance $first (instantiate $first))
            (core instance $m (instantiate $main (with "first" (instance $first))))
            """)
        let lowered = try LoweredGuest(text)
        #expect((lowered != nil) == isLowered)
    }

    // MARK: Indices

    @Test func instructionsMeanTheSame() throws {
        let said = try guest(Texts.instructions).run()
        #expect(
            said == [
                3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
            ])
    }

    /// A global is constant for a module that imports it, and for no other.
    @Test func whatImportedGlobalsBeginWithIsConstant() throws {
        let text = Texts.modules(
            """
            (core module $first
              (global (export "place") i32 (i32.const 32))
              (global (export "vector") v128 (v128.const i32x4 1 2 3 4))
              (func $f (result i32) i32.const 50)
              (global (export "function") funcref (ref.func $f)))
            (core module $main
              (import "log" "say" (func $say (param i32)))
              (import "first" "place" (global $place i32))
              (import "first" "vector" (global $vector v128))
              (import "first" "function" (global $function funcref))
              (global $sum i32 (i32.add (global.get $place) (i32.const 8)))
              (global $copy v128 (global.get $vector))
              (table 4 funcref)
              (memory 1)
              (data (offset (i32.sub (global.get $place) (i32.const 16))) "\\28")
              (elem (offset (i32.const 1)) funcref (item (global.get $function)))
              (func (export "work")
                (call $say (i32.load (i32.const 16)))
                (call $say (global.get $sum))
                (call $say (i32x4.extract_lane 3 (global.get $copy)))
                (call $say (call_indirect (result i32) (i32.const 1)))))
            (core instance $first (instantiate $first))
            (core instance $m (instantiate $main (with "log" (instance $host)) (with "first" (instance $first))))
            """)
        #expect(try guest(text).run() == [40, 40, 4, 50])
    }

    /// What one module changes, the other sees.
    @Test func modulesShareWhatTheyImport() throws {
        let text = Texts.modules(
            """
            (core module $first
              (global (export "count") (mut i32) (i32.const 1))
              (table (export "table") 2 funcref)
              (memory (export "memory") 1)
              (func (export "change")
                (global.set 0 (i32.const 2))
                (i32.store (i32.const 8) (i32.const 3))
                (table.set 0 (i32.const 1) (table.get 0 (i32.const 0)))))
            (core module $second
              (import "first" "change" (func $change))
              (export "again" (func $change)))
            (core module $main
              (import "log" "say" (func $say (param i32)))
              (import "second" "again" (func $change))
              (import "first" "count" (global $count (mut i32)))
              (import "first" "table" (table $table 2 funcref))
              (import "first" "memory" (memory 1))
              (elem (i32.const 0) func $four)
              (func $four (result i32) i32.const 4)
              (func (export "work")
                (call $say (global.get $count))
                (call $change)
                (call $say (global.get $count))
                (call $say (i32.load (i32.const 8)))
                (call $say (call_indirect (result i32) (i32.const 1)))))
            (core instance $first (instantiate $first))
            (core instance $second (instantiate $second (with "first" (instance $first))))
            (core instance $m (instantiate $main (with "log" (instance $host))
              (with "first" (instance $first)) (with "second" (instance $second))))
            """)
        #expect(try guest(text).run() == [1, 2, 3, 4])
    }

    // MARK: What is not merged

    @Test(arguments: [
        // One module twice.
        #"(core module $other (memory 1) (data (i32.const 0) "x")) (core instance (instantiate $other))"#
            + "(core instance (instantiate $other))",
        // Exceptions and garbage collection.
        "(core module $other (tag) (memory 1) (data (i32.const 0) \"x\")) (core instance (instantiate $other))",
        "(core module $other (type (struct)) (func $f) (start $f)) (core instance (instantiate $other))",
        "(core module $other (func $f (drop (ref.null any))) (start $f)) (core instance (instantiate $other))",
        "(core module $other (func $f (drop (ref.i31 (i32.const 1)))) (start $f)) (core instance (instantiate $other))",
        // Memories that are not of this machine's kind.
        "(core module $other (memory i64 1) (func $f) (start $f)) (core instance (instantiate $other))",
    ])
    func whatIsOfNoKnownFormIsNotMerged(_ more: String) throws {
        #expect(try LoweredGuest(Texts.adapted(more: more)) == nil)
    }

    @Test func theHostUsesOneMemory() throws {
        let other = """
            (core module $other (memory (export "memory") 1)
              (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 64))
            (core instance $o (instantiate $other))
            """
        let given = #"(memory $o "memory") (realloc (func $o "realloc"))"#
        #expect(try LoweredGuest(Texts.adapted(given: given, before: other)) == nil)
        #expect(try LoweredGuest(Texts.adapted(before: other)) != nil)
    }

    /// Modules that nothing is asked of, and that do nothing, are left out.
    @Test func whatDoesNothingIsLeftOut() throws {
        let other = "(core module $other (func (export \"f\"))) (core instance (instantiate $other))"
        #expect(try guest(Texts.adapted(more: other)).bytes == guest(Texts.adapted()).bytes)
    }

    // MARK: Hostile ones

    @Test func bytesThatAreAnythingDoNoHarm() throws {
        for text in [Texts.adapted(), Texts.instructions] {
            var text = text
            let whole = try text.withUTF8 { try assemble(UnsafeRawBufferPointer($0)) }
            for place in whole.indices {
                for change: UInt8 in [1, 0x40, 0x80, 0xff] {
                    var bytes = whole
                    bytes[place] ^= change
                    _ = bytes.withUnsafeBytes { LoweredGuest.lowered($0) }
                }
                _ = whole[..<place].withUnsafeBytes { LoweredGuest.lowered($0) }
            }
        }
    }

    /// Constants that each have the last one twice would take all memory.
    @Test func constantsDoNotGrowWithoutAnEnd() throws {
        var modules = """
            (core module $m0 (global (export "g") i32 (i32.const 1)))
            (core instance $i0 (instantiate $m0))
            """
        for number in 1...40 {
            modules += """
                (core module $m\(number) (import "a" "g" (global i32))
                  (global (export "g") i32 (i32.add (global.get 0) (global.get 0))))
                (core instance $i\(number) (instantiate $m\(number) (with "a" (instance $i\(number - 1)))))
                """
        }
        let text = Texts.modules(
            """
            \(modules)
            (core module $main (import "a" "g" (global i32)) (func (export "work")))
            (core instance $m (instantiate $main (with "a" (instance $i40))))
            """)
        #expect(try LoweredGuest(text) == nil)
    }

    /// Trampolines whose table is filled with themselves.
    @Test func aCircleOfNamesHasAnEnd() throws {
        let text = Texts.modules(
            """
            (core module $shim
              (table (export "t") 1 funcref) (func (export "0") (i32.const 0) (call_indirect)))
            (core module $fixup (import "" "0" (func)) (import "" "t" (table 1 funcref)) (elem (i32.const 0) func 0))
            (core module $main (import "s" "0" (func $f)) (func (export "work") call $f))
            (core instance $s (instantiate $shim))
            (core instance $m (instantiate $main (with "s" (instance $s))))
            (core instance (instantiate $fixup (with "" (instance $s))))
            """)
        #expect(try LoweredGuest(text) == nil)
    }
}
