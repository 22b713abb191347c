internal import Glibc
internal import LinuxSystem
internal import OCIRuntime

/// What `run` is to run, when it is no bundle.
enum RunSource: Equatable {
    /// A module or text, with the function after `#`.
    case file(path: String, function: String?)
    /// What `docker save` writes, or an OCI layout as a tar.
    case archive(path: String)
    /// A folder, and the name of the image in it.
    case layout(path: String, reference: String?)
    case containerd(ContainerdImage)

    /// - Parameter containerd: whose images `containerd:NAME` names.
    /// - Returns: nil for a word that names nothing on this machine: a container's id.
    /// - Throws: `RuntimeError` for what can't be run.
    init?(_ word: String, containerd: ContainerdPlace = .ofEnvironment) throws {
        if word.hasPrefix("containerd:") {
            let name = String(word.dropFirst("containerd:".count))
            guard !name.isEmpty else {
                throw RuntimeError(
                    .invalidArgument, "containerd: names no image",
                    remedy: "such as containerd:docker.io/library/hello:1")
            }
            self = .containerd(ContainerdImage(reference: name, place: containerd))
            return
        }
        if word.hasPrefix("oci:") {
            self = try Self.layout(String(word.dropFirst("oci:".count)))
            return
        }
        let parts = word.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let path = access(word, F_OK) == 0 ? word : String(parts[0])
        let function = path == word || parts.count < 2 ? nil : String(parts[1])
        guard let file = try? openFile(path, O_RDONLY | O_NONBLOCK) else {
            guard Self.looksLikeAFile(word) else { return nil }
            throw RuntimeError(.notFound, "there is no file \(path) that can be read")
        }
        guard try FileStatus(of: file.raw).kind == .regular else {
            guard Self.looksLikeAFile(word) else { return nil }
            throw RuntimeError(
                .invalidArgument, "\(path) is no file", remedy: "name a module, or a layout's folder as oci:\(path)")
        }
        let head = try Self.head(of: file.raw, path)
        let isTar = head.count > 262 && head[257..<262].elementsEqual("ustar".utf8)
        let isCompressed = Self.compressed.contains { head.starts(with: $0) }
        self =
            isTar || isCompressed
            ? .archive(path: absolutePath(path)) : .file(path: absolutePath(path), function: function)
    }

    /// How gzip and zstd begin.
    private static let compressed: [[UInt8]] = [[0x1f, 0x8b], [0x28, 0xb5, 0x2f, 0xfd]]

    private static func layout(_ word: String) throws -> RunSource {
        if access("\(word)/index.json", R_OK) == 0 { return .layout(path: absolutePath(word), reference: nil) }
        if let colon = word.lastIndex(of: ":") {
            // A name may have a port and a tag: the folder is the longest that is there.
            var end: String.Index? = colon
            while let split = end {
                let folder = String(word[..<split])
                if access("\(folder)/index.json", R_OK) == 0 {
                    return .layout(path: absolutePath(folder), reference: String(word[word.index(after: split)...]))
                }
                end = word[..<split].lastIndex(of: ":")
            }
        }
        throw RuntimeError(
            .notFound, "oci:\(word): there is no index.json in that folder",
            remedy: "name a folder of the OCI image layout, as skopeo and buildah write it")
    }

    private static func head(of file: Int32, _ path: String) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = try systemCall("pread", path) { pread(file, &bytes, bytes.count, 0) }
        return Array(bytes.prefix(count))
    }

    /// Ids have no slashes, and hardly ever these ends.
    private static func looksLikeAFile(_ word: String) -> Bool {
        word.contains("/") || word.contains("#") || [".wasm", ".wat", ".tar"].contains { word.hasSuffix($0) }
    }
}
