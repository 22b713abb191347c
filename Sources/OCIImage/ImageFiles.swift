internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The files of an archive, of a layout's folder, or of what else keeps blobs, by their names in a layout.
package protocol ImageFiles: Sendable {
    /// How errors name it.
    var name: String { get }
    /// Why a blob may be missing, and what to do then.
    var remedy: String? { get }
    /// - Returns: nil when there is no such file.
    func open(_ file: String) throws -> FileRange?
}

/// A tar archive, whose table is read once.
package struct ArchiveFiles: ImageFiles {
    package let name: String
    private let file: SharedFile
    private let places: [String: Place]

    private struct Place {
        var offset: off_t
        var length: Int
    }

    package init(_ path: String) throws {
        let file = SharedFile(try openFile(path, O_RDONLY))
        let descriptor = file.descriptor.raw
        let length = Int(try systemCall("lseek", path) { lseek(descriptor, 0, SEEK_END) })
        let whole = FileRange(file, offset: 0, length: length, name: path)
        let head = try whole.readHead()
        guard !head.starts(with: [0x1f, 0x8b]), !head.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) else {
            throw ImageError(
                .unsupported, path,
                "the archive is compressed as a whole; decompress it first, as with gunzip or zstd -d")
        }
        name = path
        self.file = file
        places = try Self.places(whole)
    }

    private static func places(_ archive: FileRange) throws -> [String: Place] {
        var places: [String: Place] = [:]
        var reader = TarReader(archive, name: archive.name)
        while let entry = try reader.next() {
            let name = plain(entry.name, from: "")
            switch entry.kind {
            case .file: places[name] = Place(offset: off_t(reader.position), length: entry.size)
            // `docker save` links layers that are the same.
            case .hardLink: places[name] = places[plain(entry.link, from: "")]
            case .symbolicLink: places[name] = places[plain(entry.link, from: splitLast(name).parent)]
            default: break
            }
        }
        return places
    }

    /// A path of the archive without `.` and `..`.
    private static func plain(_ path: String, from folder: String) -> String {
        var parts: [Substring] = folder.split(separator: "/")
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }

    package func open(_ file: String) -> FileRange? {
        places[file].map { FileRange(self.file, offset: $0.offset, length: $0.length, name: "\(name): \(file)") }
    }
}

/// A folder; no link leads out of it.
package final class FolderFiles: ImageFiles {
    package let name: String
    private let root: RootDirectory

    package init(_ path: String) throws {
        root = try RootDirectory(path)
        name = path
    }

    package func open(_ file: String) throws -> FileRange? {
        let opened: SharedFile
        do {
            opened = SharedFile(try root.open(file, O_RDONLY | O_NONBLOCK))
        } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            throw error
        }
        guard try FileStatus(of: opened.descriptor.raw, name: file).kind == .regular else { return nil }
        let descriptor = opened.descriptor.raw
        let length = try systemCall("lseek", file) { lseek(descriptor, 0, SEEK_END) }
        return FileRange(opened, offset: 0, length: Int(length), name: "\(name): \(file)")
    }
}

extension ImageFiles {
    package var remedy: String? { nil }

    /// Whether the blob of a digest is there.
    func has(_ digest: String) throws -> Bool { try open(file(of: digest)) != nil }

    private func file(of digest: String) throws(ImageError) -> String {
        let parts = digest.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "sha256", parts[1].count == 64,
            parts[1].utf8.allSatisfy({ 48...57 ~= $0 || 97...102 ~= $0 })
        else { throw ImageError(.unsupported, name, "found the digest \"\(digest)\"; expected one of sha256") }
        return "\(Self.blobs)\(parts[1])"
    }

    /// The folder of blobs in a layout, whose names are their digests in hexadecimal digits.
    package static var blobs: String { "blobs/sha256/" }

    /// The blob of a digest, after its content was compared with it.
    package func blob(_ digest: String) throws -> FileRange {
        let file = try file(of: digest)
        guard let found = try open(file) else {
            throw ImageError(.notFound, name, "the blob \(digest) is not there\(remedy.map { "; \($0)" } ?? "")")
        }
        try verify(found, digest: String(file.dropFirst(Self.blobs.count)))
        return found
    }

    /// - Parameter digest: in hexadecimal digits.
    package func verify(_ range: FileRange, digest: String) throws {
        var digesting = DigestingSource(range)
        let real = try digesting.finish()
        guard real == digest else {
            throw ImageError(
                .wrongDigest, range.name, "its content has the digest sha256:\(real), not sha256:\(digest)")
        }
    }
}

extension FileRange {
    /// The first bytes, of a copy: this one stays at its beginning.
    func readHead() throws -> [UInt8] {
        var copy = self
        return try copy.read(upTo: min(512, length))
    }
}
