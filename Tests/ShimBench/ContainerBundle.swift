internal import ContainerdAPI
internal import FoundationEssentials
internal import Glibc
internal import LinuxSystem
internal import OCISpec

/// The folder of one container as containerd 1.6 leaves it to a shim, with its FIFOs and the folders of its overlay.
///
///     FOLDER/ID/bundle       config.json, the FIFO log, rootfs (empty), the link work; mode 0700
///     FOLDER/ID/work         what `work` points to
///     FOLDER/ID/upper, …     the writable layer of the root filesystem
///     FOLDER/ID/stdout, …    FIFOs
struct ContainerBundle: Sendable {
    /// The container.
    let id: String
    /// The folder of everything.
    let folder: String
    /// The bundle itself.
    var path: String { "\(folder)/bundle" }
    /// Where the shim mounts the root filesystem.
    var rootfs: String { "\(path)/rootfs" }
    let log: OutputFIFO
    let stdout: OutputFIFO
    let stderr: OutputFIFO
    /// The mount that containerd's overlayfs snapshotter would ask for.
    let rootfsMount: ContainerdMount

    /// Makes it all. Throws `SystemCallError` and leaves what it made to the caller, who knows the folder.
    init(id: String, in parent: String, layer: String, spec: Spec) throws {
        self.id = id
        folder = "\(parent)/\(id)"
        for name in ["", "/upper", "/overlay", "/work", "/bundle", "/bundle/rootfs"] {
            let path = folder + name
            try systemCall("mkdir", path) { mkdir(path, name == "/upper" ? 0o755 : 0o700) }
        }
        let (link, work) = ("\(folder)/bundle/work", "\(folder)/work")
        try systemCall("symlink", link) { symlink(work, link) }
        try JSONEncoder().encode(spec).write(to: URL(filePath: "\(folder)/bundle/config.json"))
        log = try OutputFIFO("\(folder)/bundle/log")
        stdout = try OutputFIFO("\(folder)/stdout")
        stderr = try OutputFIFO("\(folder)/stderr")
        var mount = ContainerdMount()
        mount.type = "overlay"
        mount.source = "overlay"
        mount.options = ["workdir=\(folder)/overlay", "upperdir=\(folder)/upper", "lowerdir=\(layer)"]
        rootfsMount = mount
    }

    /// What containerd asks a shim for.
    var create: TaskCreateTaskRequest {
        var create = TaskCreateTaskRequest()
        create.id = id
        create.bundle = path
        create.rootfs = [rootfsMount]
        create.stdout = stdout.path
        create.stderr = stderr.path
        return create
    }

    /// What the container and its shim said beside their output, for a message.
    var complaints: String {
        [("stderr", stderr), ("log", log)].compactMap { name, fifo in
            guard let text = try? fifo.read(), !text.isEmpty else { return nil }
            return "\n\(name): \(text)"
        }.joined()
    }
}
