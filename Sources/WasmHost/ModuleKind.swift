internal import Composition

/// What a module's file holds, told from its first bytes.
///
/// A binary begins with `\0asm`, then a version and a layer, 16 bits each, little-endian (WebAssembly core
/// specification 5.5.16; component model, Binary.md, "Component Definitions"): 1 and 0 for a core module, 0x0d
/// and 1 for a component.
package enum ModuleKind: Hashable, Sendable {
    case module
    case component
    /// Several components that are to be made one: `CompositionFile`.
    case composition
    /// Something that may be the text format: only the assembler can tell.
    case text

    /// - Parameters:
    ///   - head: the first bytes of the file, 64 are plenty.
    ///   - name: the file, for the error's message.
    /// - Throws: ``GuestError`` `notAModule`, which says what the file holds instead.
    package init(head: some Collection<UInt8>, name: String) throws(GuestError) {
        let head = Array(head.prefix(64))
        guard !head.isEmpty else {
            throw GuestError(.notAModule, "\(name) is not a WebAssembly module: it is empty")
        }
        if head.starts(with: CompositionFile.magic) {
            self = .composition
            return
        }
        guard head.starts(with: Self.magic) else {
            if Self.magic.starts(with: head) {
                throw GuestError(.notAModule, "\(name) is truncated: it has only \(head.count) bytes of the header's 8")
            }
            guard Self.looksLikeText(head) else {
                throw GuestError(
                    .notAModule, "\(name) is not a WebAssembly module: it begins with \(Self.describe(head))")
            }
            self = .text
            return
        }
        guard head.count >= 8 else {
            throw GuestError(.notAModule, "\(name) is truncated: it has only \(head.count) bytes of the header's 8")
        }
        let version = UInt16(head[4]) | UInt16(head[5]) << 8
        let layer = UInt16(head[6]) | UInt16(head[7]) << 8
        switch (version, layer) {
        case (1, 0): self = .module
        case (0x0d, 1): self = .component
        default:
            throw GuestError(
                .notAModule,
                "\(name) is WebAssembly of version \(version), layer \(layer): only modules (version 1, layer 0) and "
                    + "components (version 13, layer 1) can be run")
        }
    }

    private static let magic: [UInt8] = [0, 0x61, 0x73, 0x6d]

    /// Whether the first thing after white space and comments' beginnings is what text can begin with.
    private static func looksLikeText(_ head: [UInt8]) -> Bool {
        let blanks: [UInt8] = [0x20, 0x09, 0x0a, 0x0d]
        let text = head.drop { blanks.contains($0) }
        return text.first == UInt8(ascii: "(") || text.starts(with: Array(";;".utf8))
    }

    private static func describe(_ head: [UInt8]) -> String {
        let known: [(String, [UInt8])] = [
            ("an ELF header (a native executable)", [0x7f, 0x45, 0x4c, 0x46]), ("#! (a script)", Array("#!".utf8)),
            ("a gzip header", [0x1f, 0x8b]), ("a zstd header", [0x28, 0xb5, 0x2f, 0xfd]),
            ("a zip header", [0x50, 0x4b, 0x03, 0x04]),
        ]
        if let match = known.first(where: { head.starts(with: $0.1) }) {
            return match.0
        }
        let digits = Array("0123456789abcdef")
        return head.prefix(4).map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined(separator: " ")
            + ", not 00 61 73 6d"
    }
}
