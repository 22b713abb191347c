import Testing

@testable import Composition

struct CompositionFileTests {
    private let parts: [(name: String, bytes: [UInt8])] = [("app.wasm", [1, 2, 3]), ("", []), ("lib/ä.wasm", [4])]

    private var file: [UInt8] {
        parts.reduce(CompositionFile.head(parts.map { ($0.name, $0.bytes.count) })) { $0 + $1.name.utf8 + $1.bytes }
    }

    @Test func whatIsPutInComesOut() throws {
        let found = try file.withUnsafeBytes { (bytes) throws in
            try CompositionFile.parts(of: bytes).map { ($0.name, Array($0.bytes)) }
        }
        #expect(found.map(\.0) == parts.map(\.name) && found.map(\.1) == parts.map(\.bytes))
    }

    @Test func moreThanAreTakenAreRefused() throws {
        let many = Array(repeating: (name: "", size: 0), count: CompositionFile.most)
        let most = try CompositionFile.head(many).withUnsafeBytes { (bytes) throws in
            try CompositionFile.parts(of: bytes).count
        }
        #expect(most == CompositionFile.most)
        let error = #expect(throws: CompositionError.self) {
            try CompositionFile.head(many + [(name: "", size: 0)]).withUnsafeBytes { (bytes) throws in
                _ = try CompositionFile.parts(of: bytes)
            }
        }
        #expect(error?.description.contains("65 components") == true)
    }

    @Test func whatIsCutShortIsRefused() {
        for count in 0..<file.count {
            #expect(throws: CompositionError.self) {
                try file.prefix(count).withUnsafeBytes { (bytes) throws in _ = try CompositionFile.parts(of: bytes) }
            }
        }
    }
}
