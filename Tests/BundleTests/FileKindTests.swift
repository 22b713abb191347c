import Testing

@testable import Bundle

@Suite struct FileKindTests {
    static let module: [UInt8] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

    @Test func theHeaderTellsModuleFromComponent() {
        #expect(FileKind(Self.module) == .module)
        #expect(FileKind([0, 0x61, 0x73, 0x6d, 13, 0, 1, 0, 9]) == .component)
        #expect(FileKind([0, 0x61, 0x73, 0x6d, 2, 0, 0, 0]) == .unknownWasm(version: 2, layer: 0))
        #expect(FileKind([0, 0x61, 0x73, 0x6d, 1, 0, 1, 0]) == .unknownWasm(version: 1, layer: 1))
    }

    @Test func aHeaderThatEndsEarlyIsTruncated() {
        for length in 1...7 {
            #expect(FileKind(Array(Self.module.prefix(length))) == .truncatedWasm(length))
        }
        #expect(FileKind([]) == .empty)
    }

    @Test(arguments: [
        "(module)", " \t\r\n(module $m)", "(component)", ";; (a comment\n(module", "(; (; nested ;) ;)(module)",
        "( module )", "(;;)(;a;);;\n(module", "(module(func))",
    ])
    func textBeginsWithModuleOrComponentAfterComments(text: String) {
        #expect(FileKind(Array(text.utf8)) == .text)
    }

    @Test(arguments: [
        ("(func)", "text that begins with (func"), ("(modules)", "text that begins with (modules"),
        ("(; open (module", "text that begins with \u{22}(; open (module\u{22}"),
        (";; only", "text that begins with \u{22};; only\u{22}"),
        ("hello\nworld", "text that begins with \u{22}hello\u{22}"), ("#!/bin/sh\n", "a script (#!)"),
    ])
    func otherTextIsNamedByItsBeginning(text: String, name: String) {
        #expect(FileKind(Array(text.utf8)) == .other(name))
    }

    @Test func binariesAreNamedByTheirMagic() {
        #expect(FileKind([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]) == .other("an ELF file"))
        #expect(FileKind([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 200]) == .precompiled)
        #expect(FileKind([0x1f, 0x8b, 8]) == .other("gzip data"))
        #expect(FileKind([0xff, 0x0a, 1]) == .other("bytes ff 0a 01"))
    }

    @Test func aDeepCommentDoesNotExhaustTheStack() {
        let text = Array(repeating: Array("(;".utf8), count: 30000).joined()
        #expect(FileKind(Array(text)) == .other("text that begins with \u{22}(;(;(;(;(;(;(;(;(;(;(;(;\u{22}"))
    }
}
