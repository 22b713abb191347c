/// An entry of a tar archive: ustar, with the extensions of pax and GNU for long names.
package struct TarEntry: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case file, hardLink, symbolicLink, characterDevice, blockDevice, folder, fifo
    }

    package var kind: Kind
    /// As the archive has it.
    package var name: String
    /// The target of a link.
    package var link = ""
    package var mode: UInt32 = 0
    package var uid: UInt32 = 0
    package var gid: UInt32 = 0
    /// Seconds since 1970.
    package var modified: Int64 = 0
    /// Bytes of content that follow.
    package var size = 0
    package var major: UInt32 = 0
    package var minor: UInt32 = 0
}

/// Reads a tar archive from first to last.
package struct TarReader: ByteSource {
    private var source: any ByteSource
    /// How errors name the archive.
    private let name: String
    /// Bytes of the present entry's content that were not read, and of what fills it up to a whole block.
    private var contentLeft = 0
    private var padding = 0
    /// Bytes that were read of the archive.
    package private(set) var position = 0

    private static let block = 512
    /// Bytes of a pax or GNU extension.
    private static let largestExtension = 1 << 20

    package init(_ source: any ByteSource, name: String) {
        self.source = source
        self.name = name
    }

    /// The next entry, after the content of the last; nil at the end of the archive.
    package mutating func next() throws -> TarEntry? {
        var extensions: [String: String] = [:]
        while true {
            try skipContent()
            guard let header = try readHeader() else { return nil }
            let size = try number(header, 124, 12)
            guard size >= 0, size <= Int64(Int.max) - 1024 else { throw malformed("a size of \(size) bytes") }
            contentLeft = Int(size)
            padding = (Self.block - contentLeft % Self.block) % Self.block
            switch header[156] {
            case UInt8(ascii: "x"):
                extensions.merge(try readPax()) { $1 }
            case UInt8(ascii: "g"):
                _ = try readPax()
            case UInt8(ascii: "L"):
                extensions["path"] = try readText()
            case UInt8(ascii: "K"):
                extensions["linkpath"] = try readText()
            default:
                return try entry(header, extensions)
            }
        }
    }

    /// Reads of the present entry's content.
    ///
    /// - Returns: how many bytes; 0 at the content's end.
    package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let wanted = min(buffer.count, contentLeft)
        guard wanted > 0 else { return 0 }
        let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
        guard count > 0 else { throw malformed("it ends within an entry") }
        contentLeft -= count
        position += count
        return count
    }

    // MARK: Headers

    /// - Returns: nil at the end: a block of zeros, or nothing.
    private mutating func readHeader() throws -> [UInt8]? {
        let header = try source.read(upTo: Self.block)
        if header.isEmpty { return nil }
        guard header.count == Self.block else { throw malformed("it ends within a header") }
        position += Self.block
        if header.allSatisfy({ $0 == 0 }) { return nil }
        let sum = header.enumerated().reduce(0) { $0 + (148..<156 ~= $1.offset ? 32 : Int($1.element)) }
        guard try number(header, 148, 8) == Int64(sum) else { throw malformed("a header's checksum is wrong") }
        return header
    }

    private func entry(_ header: [UInt8], _ extensions: [String: String]) throws -> TarEntry {
        var path = text(header, 0, 100)
        let isPOSIX = text(header, 257, 6) == "ustar" && header[263] == UInt8(ascii: "0")
        let prefix = isPOSIX ? text(header, 345, 155) : ""
        if !prefix.isEmpty { path = "\(prefix)/\(path)" }
        path = extensions["path"] ?? path
        guard !extensions.keys.contains(where: { $0.hasPrefix("GNU.sparse.") }) else {
            throw ImageError(.unsupported, name, "\(path) is a sparse file of GNU tar")
        }
        var entry = TarEntry(kind: try kind(header[156], path), name: path)
        entry.link = extensions["linkpath"] ?? text(header, 157, 100)
        entry.mode = UInt32(truncatingIfNeeded: try number(header, 100, 8)) & 0o7777
        entry.uid = try id(extensions["uid"], header, 108)
        entry.gid = try id(extensions["gid"], header, 116)
        let time = extensions["mtime"].flatMap { Double($0) }.flatMap { Int64(exactly: $0.rounded(.down)) }
        entry.modified = try time ?? number(header, 136, 12)
        if let size = extensions["size"], Int(size) != contentLeft {
            throw ImageError(.unsupported, name, "\(path): a size that only its pax header tells")
        }
        entry.size = contentLeft
        if isPOSIX || header[257] == UInt8(ascii: "u") {
            entry.major = UInt32(truncatingIfNeeded: (try? number(header, 329, 8)) ?? 0)
            entry.minor = UInt32(truncatingIfNeeded: (try? number(header, 337, 8)) ?? 0)
        }
        guard !path.isEmpty, !path.utf8.contains(0), !entry.link.utf8.contains(0) else {
            throw malformed("an entry without a name")
        }
        return entry
    }

    private func kind(_ type: UInt8, _ path: String) throws -> TarEntry.Kind {
        switch type {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): path.hasSuffix("/") ? .folder : .file
        case UInt8(ascii: "1"): .hardLink
        case UInt8(ascii: "2"): .symbolicLink
        case UInt8(ascii: "3"): .characterDevice
        case UInt8(ascii: "4"): .blockDevice
        case UInt8(ascii: "5"): .folder
        case UInt8(ascii: "6"): .fifo
        default:
            throw ImageError(.unsupported, name, "\(path) is of the type '\(UnicodeScalar(type))'")
        }
    }

    private func id(_ pax: String?, _ header: [UInt8], _ offset: Int) throws -> UInt32 {
        let value = try pax.flatMap { Int64($0) } ?? number(header, offset, 8)
        guard let id = UInt32(exactly: value) else { throw malformed("an owner \(value)") }
        return id
    }

    /// A field of text, which ends with its first NUL.
    private func text(_ header: [UInt8], _ offset: Int, _ length: Int) -> String {
        String(decoding: header[offset..<offset + length].prefix { $0 != 0 }, as: UTF8.self)
    }

    /// A field of octal digits, or of GNU's binary form for what is too large for them.
    private func number(_ header: [UInt8], _ offset: Int, _ length: Int) throws -> Int64 {
        let field = header[offset..<offset + length]
        if header[offset] & 0x80 != 0 {
            // The next bit is the sign.
            var value = Int64(header[offset] & 0x7f)
            for byte in field.dropFirst() {
                guard value < 1 << 54 else { throw malformed("a number that is too large") }
                value = value << 8 | Int64(byte)
            }
            return value
        }
        let digits = field.drop { $0 == 32 }.prefix { $0 != 0 && $0 != 32 }
        if digits.isEmpty { return 0 }
        guard let number = Int64(String(decoding: digits, as: UTF8.self), radix: 8), number >= 0 else {
            throw malformed("a number that is not octal")
        }
        return number
    }

    // MARK: Extensions

    /// Records of pax: "LENGTH KEY=VALUE\n", LENGTH being that of the whole record.
    private mutating func readPax() throws -> [String: String] {
        var rest = try readExtension()[...]
        var found: [String: String] = [:]
        while !rest.isEmpty {
            guard let blank = rest.firstIndex(of: 32),
                let length = Int(String(decoding: rest[..<blank], as: UTF8.self)),
                length > blank - rest.startIndex + 1, length <= rest.count,
                rest[rest.startIndex + length - 1] == UInt8(ascii: "\n"),
                let equals = rest[blank...].firstIndex(of: UInt8(ascii: "=")), equals < rest.startIndex + length - 1
            else { throw malformed("a pax header that is not one") }
            let end = rest.startIndex + length
            found[String(decoding: rest[(blank + 1)..<equals], as: UTF8.self)] = String(
                decoding: rest[(equals + 1)..<(end - 1)], as: UTF8.self)
            rest = rest[end...]
        }
        return found
    }

    private mutating func readText() throws -> String {
        String(decoding: try readExtension().prefix { $0 != 0 }, as: UTF8.self)
    }

    private mutating func readExtension() throws -> [UInt8] {
        guard contentLeft <= Self.largestExtension else { throw malformed("a header of \(contentLeft) bytes") }
        return try read(upTo: contentLeft)
    }

    private mutating func skipContent() throws {
        contentLeft += padding
        padding = 0
        try skip()
    }

    private func malformed(_ what: String) -> ImageError {
        ImageError(.malformed, name, "it is no right tar: \(what), before byte \(position)")
    }
}
