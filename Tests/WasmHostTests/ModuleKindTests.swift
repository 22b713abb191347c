import Testing

@testable import WasmHost

@Suite("Telling what a file holds")
struct ModuleKindTests {
    func message(_ head: [UInt8]) -> String? {
        let error = #expect(throws: GuestError.self) { try ModuleKind(head: head, name: "/app/x.wasm") }
        #expect(error?.code == .notAModule)
        return error?.message
    }

    @Test func binariesAreToldApartByTheirLayer() throws {
        #expect(try ModuleKind(head: [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1], name: "x") == .module)
        #expect(try ModuleKind(head: [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0], name: "x") == .component)
    }

    @Test func textBeginsWithAParenthesisOrAComment() throws {
        #expect(try ModuleKind(head: Array("\n  (module)".utf8), name: "x") == .text)
        #expect(try ModuleKind(head: Array(";; a comment".utf8), name: "x") == .text)
        #expect(try ModuleKind(head: Array("(; a ;) (module)".utf8), name: "x") == .text)
    }

    @Test func anEmptyFileIsNamed() {
        #expect(message([]) == "/app/x.wasm is not a WebAssembly module: it is empty")
    }

    @Test func aTruncatedHeaderIsNamed() {
        #expect(message([0, 0x61]) == "/app/x.wasm is truncated: it has only 2 bytes of the header's 8")
        #expect(message([0, 0x61, 0x73, 0x6d, 1]) == "/app/x.wasm is truncated: it has only 5 bytes of the header's 8")
    }

    @Test func anotherFormatIsNamed() {
        #expect(
            message([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0])
                == "/app/x.wasm is not a WebAssembly module: it begins with an ELF header (a native executable)")
        #expect(message(Array("#!/bin/sh\n".utf8))?.hasSuffix("it begins with #! (a script)") == true)
        #expect(message([0x1f, 0x8b, 8, 0])?.hasSuffix("it begins with a gzip header") == true)
        #expect(message([1, 2, 0xab, 4])?.hasSuffix("it begins with 01 02 ab 04, not 00 61 73 6d") == true)
        #expect(message(Array("hello".utf8))?.hasSuffix("it begins with 68 65 6c 6c, not 00 61 73 6d") == true)
    }

    @Test func anotherVersionIsNamed() {
        #expect(message([0, 0x61, 0x73, 0x6d, 2, 0, 0, 0])?.contains("version 2, layer 0") == true)
        #expect(message([0, 0x61, 0x73, 0x6d, 0x0a, 0, 1, 0])?.contains("version 10, layer 1") == true)
    }
}
