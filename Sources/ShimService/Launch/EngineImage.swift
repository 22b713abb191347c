internal import EngineProtocol
internal import Glibc
internal import LinuxSystem

/// The engine's files as they are executed: through a read-only mount that is attached nowhere.
///
/// A guest is a fork of the engine, never executed: its /proc/PID/exe is the engine's own file, and who may look into the
/// process (root with CAP_SYS_PTRACE in a pod that shares its pid namespace) can open that. Were it the node's file, it
/// could be written to as soon as nobody runs it, and be executed by the next pod (CVE-2019-5736 is of this kind).
struct EngineImage: Sendable {
    /// What is executed, as a path of the new process.
    let path: String
    /// The mount: what is to be `EngineSocket.tree` in the new process.
    let tree: HeldDescriptor

    private static let library = "lib/martlet/libwasmtime.so"

    /// - Parameter executable: the engine's, `PREFIX/FOLDER/FOLDER/NAME`, with its library in `PREFIX/lib/martlet`.
    /// - Returns: nil where that can't be had: without the privilege, before Linux 5.12, or if the files lie otherwise.
    init?(of executable: String) {
        let parts = executable.split(separator: "/")
        guard parts.count > 2 else { return nil }
        let inside = parts.suffix(3).joined(separator: "/")
        guard let clone = try? cloneMountReadOnly("/" + parts.dropLast(3).joined(separator: "/")) else { return nil }
        // A mount below the prefix is not part of the tree.
        guard faccessat(clone.raw, inside, X_OK, 0) == 0, faccessat(clone.raw, Self.library, R_OK, 0) == 0 else {
            return nil
        }
        path = "\(pathOf(descriptor: EngineSocket.tree))/\(inside)"
        tree = HeldDescriptor(clone)
    }
}
