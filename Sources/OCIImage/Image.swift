internal import Glibc
internal import LinuxSystem
internal import OCISpec

/// An image of an archive or a layout, with its configuration read and all blobs found.
package struct Image: Sendable {
    package let configuration: ImageConfiguration
    /// The lowest first.
    package let layers: [Layer]
    /// What it is called where it was found.
    package let reference: String?
    /// How errors name it.
    package let name: String

    package struct Layer: Sendable {
        let content: FileRange
        /// Nil in an archive by `docker save`.
        package let mediaType: String?
        /// The digest of its content without compression, in hexadecimal digits; nil: not told.
        let diffID: String?
        let title: String?

        /// Bytes, as it lies there.
        package var size: Int { content.length }

        /// Whether it is a module, and no archive of files.
        package var isModule: Bool {
            guard let mediaType else { return false }
            return mediaType == "application/wasm" || mediaType.hasSuffix("+wasm")
        }
    }

    /// Bytes of a JSON document.
    private static let largestDocument = 8 << 20

    /// - Parameter reference: which of several; nil: the only one that fits this machine.
    package init(_ files: some ImageFiles, reference: String? = nil) throws {
        if let index = try files.open("index.json") {
            self = try Self.layout(files, index: index, reference: reference)
        } else if let manifest = try files.open("manifest.json") {
            self = try Self.docker(files, manifest: manifest, reference: reference)
        } else {
            throw ImageError(
                .notAnImage, files.name,
                "there is neither an index.json nor a manifest.json; expected an OCI layout or "
                    + "what docker save writes")
        }
    }

    /// The image that a store of blobs knows by a descriptor, as of an index or a manifest.
    ///
    /// - Parameter reference: what it is called there.
    package init(_ files: some ImageFiles, target: Descriptor, reference: String) throws {
        self = try Self.follow([target], in: files, reference: reference)
    }

    private init(configuration: ImageConfiguration, layers: [Layer], reference: String?, name: String) {
        self.configuration = configuration
        self.layers = layers
        self.reference = reference
        self.name = name
    }

    // MARK: OCI layouts

    private static func layout(
        _ files: some ImageFiles, index: FileRange, reference: String?
    ) throws -> Image {
        var candidates = try document(ManifestDocument.self, index).manifests ?? []
        if let reference {
            candidates = candidates.filter {
                $0.reference == reference || $0.annotations?["org.opencontainers.image.ref.name"] == reference
            }
        }
        return try follow(candidates, in: files, reference: reference)
    }

    /// - Parameter reference: what the image is called; nil: as its descriptor says.
    private static func follow(
        _ candidates: [Descriptor], in files: some ImageFiles, reference: String?
    ) throws -> Image {
        var candidates = candidates
        var name = reference
        // An index may lead to others; not for ever.
        for _ in 0..<8 {
            let chosen = try choose(candidates, in: files)
            name = name ?? chosen.reference
            let manifest = try document(ManifestDocument.self, files.blob(chosen.digest))
            if let inner = manifest.manifests {
                candidates = inner
                continue
            }
            return try image(files, manifest, reference: name)
        }
        throw ImageError(.malformed, files.name, "its indexes lead nowhere")
    }

    /// The one for this machine: of its own kind, or wasm, which runs on any. Of several it is the first that is there:
    /// an index may be kept without what it has for other machines.
    private static func choose(_ candidates: [Descriptor], in files: some ImageFiles) throws -> Descriptor {
        let fitting = candidates.filter { candidate in
            guard let platform = candidate.platform else { return true }
            if platform.architecture == "wasm" || platform.os.hasPrefix("wasi") { return true }
            return platform.os == "linux" && platform.architecture == machineArchitecture
        }
        guard let first = fitting.first else {
            let found = candidates.map { candidate in
                candidate.platform.map { "\($0.os)/\($0.architecture)" } ?? candidate.digest
            }
            throw ImageError(
                .notFound, files.name,
                candidates.isEmpty
                    ? "there is no such image in it"
                    : "no image in it is for linux/\(machineArchitecture) or wasm; found \(found)")
        }
        let names = Set(fitting.compactMap(\.reference))
        guard names.count < 2 else {
            throw ImageError(
                .notFound, files.name,
                "there are several images in it; unpack it as a folder, and name one as oci:FOLDER:NAME: "
                    + names.sorted().joined(separator: ", "))
        }
        guard fitting.count > 1 else { return first }
        return try fitting.first { try files.has($0.digest) } ?? first
    }

    /// The names are those of Go, which images are labelled by.
    private static var machineArchitecture: String {
        #if arch(x86_64)
            "amd64"
        #elseif arch(arm64)
            "arm64"
        #else
            "unknown"
        #endif
    }

    private static func image(
        _ files: some ImageFiles, _ manifest: ManifestDocument, reference: String?
    ) throws -> Image {
        guard let config = manifest.config else {
            throw ImageError(.malformed, files.name, "a manifest without a config")
        }
        let configuration = try document(ImageConfiguration.self, files.blob(config.digest))
        let described = manifest.layers ?? []
        let diffIDs = configuration.rootfs?.digests ?? []
        var layers: [Layer] = []
        for (index, layer) in described.enumerated() {
            let content = try files.blob(layer.digest)
            guard layer.size == nil || layer.size == Int64(content.length) else {
                throw ImageError(
                    .malformed, content.name, "it has \(content.length) bytes, and should have \(layer.size ?? 0)")
            }
            layers.append(
                Layer(
                    content: content, mediaType: layer.mediaType,
                    diffID: diffIDs.count == described.count ? digits(diffIDs[index]) : nil,
                    title: layer.annotations?["org.opencontainers.image.title"]))
        }
        return Image(configuration: configuration, layers: layers, reference: reference, name: files.name)
    }

    // MARK: Archives by docker save

    private static func docker(
        _ files: some ImageFiles, manifest: FileRange, reference: String?
    ) throws -> Image {
        let all = try document([DockerManifest].self, manifest)
        let fitting = all.filter { reference == nil || $0.names?.contains(reference ?? "") == true }
        guard let chosen = fitting.first, fitting.count == 1 else {
            throw ImageError(
                .notFound, files.name, "expected one image in it, found \(fitting.count); save just one")
        }
        guard let config = try files.open(chosen.config) else {
            throw ImageError(.notFound, files.name, "\(chosen.config) is not there")
        }
        // It is named after its digest.
        let stem = chosen.config.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? ""
        if stem.count == 64 { try files.verify(config, digest: stem) }
        let configuration = try document(ImageConfiguration.self, config)
        let diffIDs = configuration.rootfs?.digests ?? []
        guard diffIDs.count == chosen.layers.count else {
            throw ImageError(
                .malformed, files.name, "\(chosen.layers.count) layers, and digests of \(diffIDs.count)")
        }
        var layers: [Layer] = []
        for (path, diffID) in zip(chosen.layers, diffIDs) {
            guard let content = try files.open(path) else {
                throw ImageError(.notFound, files.name, "the layer \(path) is not there")
            }
            layers.append(Layer(content: content, mediaType: nil, diffID: digits(diffID), title: nil))
        }
        return Image(
            configuration: configuration, layers: layers, reference: chosen.names?.first, name: files.name)
    }

    private static func digits(_ digest: String) -> String { String(digest.drop { $0 != ":" }.dropFirst()) }

    private static func document<Value: Decodable>(_ type: Value.Type, _ range: FileRange) throws -> Value {
        var range = range
        let bytes = try range.readAll(limit: largestDocument)
        do {
            return try decodeJSON(type, from: bytes, file: range.name)
        } catch {
            throw ImageError(.malformed, range.name, "\(error)")
        }
    }
}
