internal import Glibc
internal import LinuxSystem
internal import OCISpec

extension Image {
    /// Makes the image's root filesystem in an empty folder.
    ///
    /// - Parameter proceed: called again and again meanwhile; what it throws ends it.
    /// - Throws: what is wrong with the image; the folder then holds what was unpacked so far.
    package func unpack(into rootfs: String, proceed: @escaping () throws -> Void = {}) throws {
        let unpacker = try LayerUnpacker(rootfs: rootfs)
        for layer in layers {
            if layer.isModule {
                try write(layer, into: rootfs)
                continue
            }
            try unpack(layer, unpacker, proceed)
        }
    }

    private func unpack(
        _ layer: Layer, _ unpacker: LayerUnpacker, _ proceed: @escaping () throws -> Void
    ) throws {
        let name = layer.content.name
        let head = try layer.content.readHead()
        var content = layer.content as any ByteSource
        if head.starts(with: [0x1f, 0x8b]) {
            content = try GzipSource(layer.content, name: name)
        } else if head.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) {
            throw ImageError(.unsupported, name, "a layer compressed by zstd; build the image with gzip")
        }
        let digesting = SharedDigest(content, proceed)
        var reader = TarReader(digesting, name: name)
        try unpacker.apply(&reader, name: name)
        let digest = try digesting.finish()
        if let expected = layer.diffID, digest != expected {
            throw ImageError(
                .wrongDigest, name, "its files have the digest sha256:\(digest), not sha256:\(expected)")
        }
    }

    /// The reader has a copy of its source, and the digest is asked for afterwards.
    private final class SharedDigest: ByteSource {
        private var source: DigestingSource

        private let proceed: () throws -> Void

        init(_ source: any ByteSource, _ proceed: @escaping () throws -> Void) {
            self.source = DigestingSource(source)
            self.proceed = proceed
        }

        func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            try proceed()
            return try source.read(into: buffer)
        }

        func finish() throws -> String { try source.finish() }
    }

    /// A layer that is a module: a file in the root.
    private func write(_ layer: Layer, into rootfs: String) throws {
        let path = "\(rootfs)/\(Self.moduleName(layer))"
        let file = try openFile(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o644)
        var content = layer.content
        try content.copy(to: file.raw, name: path)
    }

    /// As its title says, if that is a plain name.
    private static func moduleName(_ layer: Layer) -> String {
        guard let title = layer.title, !title.isEmpty, !title.contains("/"), title != ".", title != ".." else {
            return "app.wasm"
        }
        return title
    }

    /// What it runs when nothing else is said: of an image of modules without an entrypoint, the first of them.
    package var arguments: [String] {
        let own = (configuration.config?.entrypoint ?? []) + (configuration.config?.arguments ?? [])
        guard own.isEmpty, let module = layers.first(where: \.isModule) else { return own }
        return ["/\(Self.moduleName(module))"]
    }
}
