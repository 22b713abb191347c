internal import Glibc
internal import LinuxSystem
internal import OCIImage
internal import OCIRuntime
internal import OCISpec
internal import SystemPackage

/// A bundle that is made for one container out of a file or an image.
struct LocalBundle {
    /// Where such bundles are made. On a disk, since an image may be large; root's alone.
    private static let folder = "/var/lib/martlet/run"

    let id: String
    /// Absolute.
    let path: String

    init(_ source: RunSource, _ options: GuestOptions, arguments: [String]) throws {
        guard geteuid() == 0 else {
            throw RuntimeError(
                .unavailable, "containers are made by root, and this is user \(geteuid())",
                remedy: "run it with sudo")
        }
        id = options.name ?? "run-\(String(UInt64.random(in: 0..<1 << 40), radix: 16))"
        try checkContainerID(id)
        try makeDirectories(Self.folder, mode: 0o700)
        path = try makeTemporaryFolder("\(Self.folder)/\(id)")
        do {
            let rootfs = "\(path)/rootfs"
            try systemCall("mkdir", rootfs) { mkdir(rootfs, 0o755) }
            let spec = try Self.spec(source, options, arguments: arguments, rootfs: rootfs, id: id)
            try writeFile(try encodeJSON(spec), to: "\(path)/config.json", mode: 0o600)
        } catch {
            try? Self.remove(path)
            throw error
        }
    }

    /// Gives back one of which no container came.
    static func remove(_ path: String) throws { try removeTree(path) }

    private static func spec(
        _ source: RunSource, _ options: GuestOptions, arguments: [String], rootfs: String, id: String
    ) throws -> Spec {
        var spec: Spec
        switch source {
        case .archive(let path):
            spec = try Self.spec(Image(ArchiveFiles(path)), options, arguments, rootfs: rootfs)
        case .layout(let path, let reference):
            spec = try Self.spec(Image(FolderFiles(path), reference: reference), options, arguments, rootfs: rootfs)
        case .containerd(let image):
            let folder = splitLast(rootfs).parent
            spec = try Self.spec(image.open(folder: folder), options, arguments, rootfs: rootfs)
        case .file(let path, let function):
            let name = path.split(separator: "/").last.map(String.init) ?? "app.wasm"
            let suffix = (options.invoke ?? function).map { "#\($0)" } ?? ""
            spec = DefaultSpec.make(arguments: ["/\(name)\(suffix)"] + arguments)
            spec.mounts?.append(
                Mount(
                    destination: "/\(name)", type: "bind", source: path,
                    options: ["bind", "rprivate", "nosuid", "nodev", "ro"]))
            // Of the file alone: a module has no search path of its own.
            spec.process?.env = []
        }
        for folder in options.dir where access(folder.host, F_OK) != 0 {
            throw RuntimeError(
                .notFound, "--dir \(folder.host): there is no such folder or file on this machine",
                remedy: "the container's side comes after it: --dir host::guest")
        }
        apply(options, to: &spec, id: id)
        if let user = options.user { spec.process?.user = try User(user, rootfs: rootfs) }
        return spec
    }

    /// Unpacks an image, and reads its configuration.
    private static func spec(
        _ image: Image, _ options: GuestOptions, _ arguments: [String], rootfs: String
    ) throws -> Spec {
        try image.unpack(into: rootfs) { try AttendedSignals.expectNone() }
        let config = image.configuration.config
        // Arguments take the place of those that the image has beside its entrypoint, as for other engines.
        var words = image.arguments
        if !arguments.isEmpty { words = (config?.entrypoint ?? (config?.arguments == nil ? words : [])) + arguments }
        guard !words.isEmpty else {
            throw RuntimeError(
                .invalidArgument, "the image has no entrypoint", remedy: "say what is to be run after its name")
        }
        if let function = options.invoke { words[0] = "\(words[0].prefix { $0 != "#" })#\(function)" }
        var spec = DefaultSpec.make(arguments: words)
        let variables = config?.environment ?? []
        let hasPath = variables.contains { $0.hasPrefix("PATH=") }
        spec.process?.env = (hasPath ? [] : [DefaultSpec.searchPath]) + variables
        if let folder = config?.workingDirectory, folder.hasPrefix("/") { spec.process?.cwd = folder }
        if let user = config?.user, !user.isEmpty { spec.process?.user = try User(user, rootfs: rootfs) }
        return spec
    }

    private static func apply(_ options: GuestOptions, to spec: inout Spec, id: String) {
        spec.hostname = id
        let variables = (spec.process?.env ?? []) + options.variables
        spec.process?.env = variables
        spec.process?.terminal = options.tty
        if let workdir = options.workdir { spec.process?.cwd = workdir }
        spec.root?.readonly = options.readOnly
        spec.mounts? += options.dir.map(\.mount)
        spec.linux?.cgroupsPath = "/martlet/\(id)"
        if let memory = options.memory {
            var limits = MemoryResources()
            limits.limit = memory.bytes
            spec.linux?.resources?.memory = limits
        }
        if let cpus = options.cpus {
            var limits = CPUResources()
            limits.period = 100_000
            limits.quota = max(1000, Int64(cpus * 100_000))
            spec.linux?.resources?.cpu = limits
        }
        if let address = options.httpAddress {
            // A module can be served in one way only.
            let served = ["martlet.dev/http-address": address, "martlet.dev/http-module": "wagi"]
            spec.annotations = (spec.annotations ?? [:]).merging(served) { $1 }
        }
        guard options.net || options.http != nil else { return }
        spec.linux?.namespaces?.removeAll { $0.type == .network }
        // So that names are found as on this machine.
        for file in ["/etc/resolv.conf", "/etc/hosts"] where access(file, R_OK) == 0 {
            spec.mounts?.append(
                Mount(
                    destination: file, type: "bind", source: file,
                    options: ["bind", "rprivate", "nosuid", "nodev", "noexec", "ro"]))
        }
    }
}
