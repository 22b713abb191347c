internal import Bundle
package import ContainerdAPI
internal import Glibc
package import LinuxSystem
package import OCISpec
internal import SystemPackage

/// The files that the containers of a pod share: /etc/hostname, /etc/hosts, /etc/resolv.conf and /dev/shm. CRI makes
/// them for a pause container, and leaves them to the shim where there is none.
///
/// They lie in a folder of the sandbox's bundle, which goes with the bundle.
package struct PodFiles: Hashable, Sendable {
    /// Absolute.
    package let folder: String
    /// Whether the pod has a /dev/shm of its own; else its containers use the node's, or one each.
    package let hasSharedMemory: Bool

    /// Bytes, as CRI has it.
    private static let sharedMemorySize = 64 << 20

    /// Those of /etc: the name of the file in the folder, and where it goes.
    private static let etc = [
        (file: "hostname", place: "/etc/hostname"), (file: "hosts", place: "/etc/hosts"),
        (file: "resolv.conf", place: "/etc/resolv.conf"),
    ]

    package init(folder: String, hasSharedMemory: Bool) {
        self.folder = folder
        self.hasSharedMemory = hasSharedMemory
    }

    private var sharedMemory: String { "\(folder)/shm" }

    /// Makes them. The folder is there.
    ///
    /// - Parameter node: where the node's own files are: `/etc`.
    /// - Throws: `SystemCallError`; `remove` clears what was made.
    package func make(_ config: CRIPodSandboxConfig, node: String = "/etc") throws(SystemCallError) {
        let hostname = config.hostname.isEmpty ? try Self.nodesHostname() : config.hostname
        try write("\(hostname)\n", "hostname")
        try write(try Self.readNode("\(node)/hosts"), "hosts")
        try write(
            config.hasDnsConfig ? Self.resolverText(config.dnsConfig) : try Self.readNode("\(node)/resolv.conf"),
            "resolv.conf")
        guard hasSharedMemory else { return }
        try systemCall("mkdir", sharedMemory) { mkdir(sharedMemory, 0o700) }
        try mountFileSystem(
            source: "shm", target: sharedMemory, type: "tmpfs", flags: [.noSUID, .noDevices, .noExec],
            data: "mode=1777,size=\(Self.sharedMemorySize)")
    }

    /// Gives back what outlives the files: the mount. Nothing happens when it is not there.
    package func unmount() throws(SystemCallError) {
        try RootfsMounts.unmountAll(at: sharedMemory)
    }

    /// The mounts by which a container of the pod gets them: what its specification has a mount for is left to that, but
    /// for a /dev/shm of its own in an ipc namespace that is the pod's.
    package func mounts(for spec: Spec) -> [Mount] {
        let given = spec.mounts ?? []
        let access = spec.root?.readonly == true ? "ro" : "rw"
        var mounts = Self.etc.filter { entry in !given.contains { $0.destination == entry.place } }.map { entry in
            Mount(
                destination: entry.place, type: "bind", source: "\(folder)/\(entry.file)",
                options: ["rbind", "rprivate", access])
        }
        let joinsIPC = spec.linux?.namespaces?.contains { $0.type == .ipc && !($0.path ?? "").isEmpty } == true
        let own = given.last { $0.destination == "/dev/shm" }
        if hasSharedMemory && joinsIPC && (own == nil || own?.type == "tmpfs") {
            mounts.append(
                Mount(
                    destination: "/dev/shm", type: "bind", source: sharedMemory,
                    options: ["rbind", "rprivate", "rw", "nosuid", "nodev", "noexec"]))
        }
        return mounts
    }

    /// resolv.conf(5) of a pod's DNS configuration.
    static func resolverText(_ config: CRIDNSConfig) -> String {
        var text = ""
        if !config.searches.isEmpty { text += "search \(config.searches.joined(separator: " "))\n" }
        for server in config.servers { text += "nameserver \(server)\n" }
        if !config.options.isEmpty { text += "options \(config.options.joined(separator: " "))\n" }
        return text
    }

    private func write(_ text: String, _ name: String) throws(SystemCallError) {
        let path = "\(folder)/\(name)"
        let file = try openFile(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o644)
        // The umask is not the files' business.
        try systemCall("fchmod", path) { fchmod(file.raw, 0o644) }
        if !text.isEmpty { try writeText(text, to: file.raw, name: path) }
    }

    /// A node without the file: an empty one.
    private static func readNode(_ path: String) throws(SystemCallError) -> String {
        do {
            return try readText(path)
        } catch {
            if error.errno == .noSuchFileOrDirectory { return "" }
            throw error
        }
    }

    private static func nodesHostname() throws(SystemCallError) -> String {
        var name = [CChar](repeating: 0, count: 256)
        try systemCall("gethostname") { gethostname(&name, name.count - 1) }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
