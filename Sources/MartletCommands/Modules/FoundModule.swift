internal import ArgumentParser
internal import Bundle
internal import Glibc
internal import LinuxSystem
internal import OCIRuntime
internal import OCISpec

/// What a command was pointed at.
enum FoundTarget: ~Copyable {
    case module(FoundModule)
    /// The program of a container or an image that is no module.
    case native(String)
}

/// A module that a command was pointed at, open for reading at its start. What was unpacked for it goes with it.
struct FoundModule: ~Copyable {
    let file: OwnedFileDescriptor
    /// As messages name it.
    let name: String
    /// The exported function that is to be called; nil if none was named.
    let function: String?
    /// A folder that was made for it.
    private let ownFolder: String?

    fileprivate init(
        file: consuming OwnedFileDescriptor, name: String, function: String?, ownFolder: String? = nil
    ) {
        self.file = file
        self.name = name
        self.function = function
        self.ownFolder = ownFolder
    }

    deinit {
        if let ownFolder { try? LocalBundle.remove(ownFolder) }
    }

    /// Finds it by a word of the command line: a file, an image, a bundle's folder, or a container's id.
    ///
    /// - Parameters:
    ///   - containerd: whose images `containerd:NAME` names.
    ///   - containers: what an id may name; nil: nothing.
    static func find(
        _ word: String, containerd: ContainerdPlace, _ containers: KnownContainers?
    ) throws -> FoundTarget {
        if access("\(word)/config.json", F_OK) == 0 { return try inBundle(absolutePath(word), rootfs: nil) }
        switch try RunSource(word, containerd: containerd) {
        case .file(let path, let function):
            let file = try openFile(path, O_RDONLY | O_NONBLOCK)
            return .module(FoundModule(file: file, name: word, function: function))
        case let image?:
            guard geteuid() == 0 else {
                throw RuntimeError(
                    .unavailable, "an image is unpacked with its files' owners by root, and this is user \(geteuid())",
                    remedy: "run it with sudo, or name the module's own file")
            }
            let local = try LocalBundle(image, GuestOptions.parse([]), arguments: [])
            do {
                return try inBundle(local.path, rootfs: nil, ownFolder: local.path)
            } catch {
                try? LocalBundle.remove(local.path)
                throw error
            }
        case nil:
            if let (bundle, rootfs) = try containers?.find(word) { return try inBundle(bundle, rootfs: rootfs) }
            throw RuntimeError(
                .notFound, "\(word) is no file, image, bundle or container here",
                remedy:
                    "name a module, an archive, oci:DIR, containerd:NAME, a folder with a config.json, or a container that "
                    + "martlet ps lists")
        }
    }

    /// The containers that an id may name.
    struct KnownContainers {
        let runtime: Runtime
        let containerdState: String

        /// Of `martlet list`, or under a shim.
        ///
        /// - Returns: the bundle, and the root filesystem if the bundle does not say it.
        func find(_ word: String) throws -> (bundle: String, rootfs: String?)? {
            do {
                let own = try runtime.summary(word)
                return (own.bundle, own.rootfs)
            } catch let error as RuntimeError where error.code == .notFound || error.code == .invalidArgument {
                return try ServedContainer.find(word, in: containerdState).map { ($0.bundle.path, nil) }
            }
        }
    }

    private static func inBundle(
        _ path: String, rootfs: String?, ownFolder: String? = nil
    ) throws -> FoundTarget {
        let bundle = try Bundle(path: path)
        let spec = try bundle.loadConfig().spec
        let resolver = EntrypointResolver(
            bundle: bundle, rootfs: rootfs ?? bundle.rootfs(of: spec), mounts: spec.mounts ?? [])
        switch try resolver.resolve(spec.process) {
        case .native:
            if let ownFolder { try? LocalBundle.remove(ownFolder) }
            return .native(spec.process?.args?.first ?? "")
        case .wasm(let entrypoint):
            let (name, function) = (entrypoint.path, entrypoint.function)
            return .module(
                FoundModule(file: entrypoint.takeFile(), name: name, function: function, ownFolder: ownFolder))
        }
    }

    /// Bytes.
    var size: Int { (try? FileStatus(of: file.raw).size) ?? 0 }

    /// SHA-256 of its bytes, which is its name in the cache.
    func digest() throws -> String {
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset: off_t = 0
        while true {
            let count = try systemCall("pread", name) { pread(file.raw, &buffer, buffer.count, offset) }
            if count == 0 { return hash.finish() }
            buffer.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            offset += off_t(count)
        }
    }

    /// Whether it begins as the binary format does.
    var isBinary: Bool {
        var head = [UInt8](repeating: 1, count: 4)
        return pread(file.raw, &head, 4, 0) == 4 && head == [0, 0x61, 0x73, 0x6d]
    }
}
