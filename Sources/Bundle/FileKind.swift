/// What a file that might be a module is, by its first bytes.
enum FileKind: Hashable {
    case module
    case component
    /// WebAssembly text.
    case text
    /// Wasm, but of no version that there is: the version and the layer.
    case unknownWasm(version: UInt16, layer: UInt16)
    /// Begins as wasm does, and ends before its header does.
    case truncatedWasm(Int)
    /// An artifact that wasmtime compiled: native code.
    case precompiled
    case empty
    /// Something else; how a person would call it.
    case other(String)

    /// How many bytes `init` wants to see, if the file has them: the comments before a text's first token count.
    static let bytesWanted = 1 << 16

    init(_ bytes: [UInt8]) {
        let magic: [UInt8] = [0, 0x61, 0x73, 0x6d]
        if bytes.isEmpty {
            self = .empty
        } else if bytes.starts(with: magic) {
            self = bytes.count < 8 ? .truncatedWasm(bytes.count) : Self.wasm(bytes)
        } else if magic.starts(with: bytes) {
            self = .truncatedWasm(bytes.count)
        } else if bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) {
            // ELFOSABI_WASMTIME.
            self = bytes.count > 7 && bytes[7] == 200 ? .precompiled : .other("an ELF file")
        } else if let word = firstWord(of: bytes) {
            self = word == "module" || word == "component" ? .text : .other("text that begins with (\(word)")
        } else {
            self = .other(Self.name(of: bytes))
        }
    }

    /// The word in the middle is the version, then the layer: 1 and 0 for modules, 13 and 1 for components.
    private static func wasm(_ bytes: [UInt8]) -> FileKind {
        let version = UInt16(bytes[4]) | UInt16(bytes[5]) << 8
        let layer = UInt16(bytes[6]) | UInt16(bytes[7]) << 8
        return switch (version, layer) {
        case (1, 0): .module
        case (13, 1): .component
        default: .unknownWasm(version: version, layer: layer)
        }
    }

    private static func name(of bytes: [UInt8]) -> String {
        let known: [([UInt8], String)] = [
            ([0x23, 0x21], "a script (#!)"), ([0x1f, 0x8b], "gzip data"), ([0x50, 0x4b, 3, 4], "a zip archive"),
            ([0x28, 0xb5, 0x2f, 0xfd], "zstd data"), ([0x21, 0x3c, 0x61, 0x72], "an ar archive"),
        ]
        if let known = known.first(where: { bytes.starts(with: $0.0) }) { return known.1 }
        let start = bytes.prefix(24)
        if start.allSatisfy({ 0x20..<0x7f ~= $0 || 9...13 ~= $0 }) {
            let line = String(decoding: start, as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
            return "text that begins with \(quoted(String(line)))"
        }
        return "bytes \(bytes.prefix(8).map { hexadecimal($0) }.joined(separator: " "))"
    }
}

private func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
}

/// The word after the first parenthesis of WebAssembly text, if nothing but white space and comments (`;; …` to the
/// line's end, `(; … ;)` nested) stands before it; nil for anything else.
private func firstWord(of bytes: [UInt8]) -> String? {
    var rest = bytes[...]
    guard skipBlanks(&rest), rest.popFirst() == UInt8(ascii: "("), skipBlanks(&rest) else { return nil }
    let word = rest.prefix { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || $0 == UInt8(ascii: "_") }
    return word.isEmpty || word.count > 40 ? nil : String(decoding: word, as: UTF8.self)
}

/// Drops white space and comments; false when a comment does not end.
private func skipBlanks(_ rest: inout ArraySlice<UInt8>) -> Bool {
    let open: [UInt8] = [0x28, 0x3b]
    let close: [UInt8] = [0x3b, 0x29]
    while let byte = rest.first {
        if byte == 0x20 || 9...13 ~= byte {
            rest.removeFirst()
        } else if rest.starts(with: [0x3b, 0x3b]) {
            rest = rest.drop { $0 != 10 }
        } else if rest.starts(with: open) {
            var depth = 0
            repeat {
                if rest.starts(with: open) {
                    depth += 1
                    rest = rest.dropFirst(2)
                } else if rest.starts(with: close) {
                    depth -= 1
                    rest = rest.dropFirst(2)
                } else if rest.popFirst() == nil {
                    return false
                }
            } while depth > 0
        } else {
            return true
        }
    }
    return false
}
