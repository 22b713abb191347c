internal import Glibc
internal import LinuxSystem

/// Which namespace a file stands for: one of /proc/PID/ns, or what it is mounted on (namespaces(7)).
struct NamespaceIdentity: Equatable {
    private let device: dev_t
    private let inode: ino_t

    init(at path: String) throws(SystemCallError) {
        var status = stat()
        try systemCall("stat", path) { stat(path, &status) }
        device = status.st_dev
        inode = status.st_ino
    }

    /// This process's own; nil if the kernel has none of that kind.
    static func own(_ kind: NamespaceFlags) -> NamespaceIdentity? {
        kind.procName.flatMap { try? NamespaceIdentity(at: "/proc/self/ns/\($0)") }
    }
}
