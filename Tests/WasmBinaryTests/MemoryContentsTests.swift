import Glibc
import Testing
import Wasm

@testable import WasmBinary

@Suite("What memories have to begin with")
struct MemoryContentsTests {
    private func size(_ text: String) throws -> Int {
        var text = text
        let binary = try text.withUTF8 { try assemble(UnsafeRawBufferPointer($0)) }
        let stream = tmpfile()
        defer { fclose(stream) }
        let file = fileno(stream)
        _ = binary.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        return try MemoryContents.size(file: file)
    }

    private static let module = #"(memory 2) (data (i32.const 0) "\#(String(repeating: "x", count: 5000))")"#

    @Test func theDataOfAModuleIsCounted() throws {
        #expect(try (5000...5020).contains(size("(module \(Self.module))")))
        #expect(try size("(module (memory 2))") == 0)
    }

    @Test func soIsThatOfModulesInComponents() throws {
        let inner = "(component (core module \(Self.module)))"
        #expect(try (15_000...15_060).contains(size("(component (core module \(Self.module)) \(inner) \(inner))")))
    }

    @Test func whatIsNoModuleIsRefused() {
        #expect(throws: BinaryError.self) { try MemoryContents.size(file: open("/dev/null", O_RDONLY)) }
    }
}
