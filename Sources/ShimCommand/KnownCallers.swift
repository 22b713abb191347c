internal import Glibc
package import LinuxSystem
internal import SystemPackage

/// Which running containerds are of version 2 and know version 3 of the task service.
///
/// containerd 2.0 to 2.2 say the same at `start` as 1.7, which refuses an answer of version 3. But they alone call
/// `-info`, when they start, for each runtime that is configured: that is remembered here, by the process that called.
package struct KnownCallers: Sendable {
    package static let folder = "/run/martlet/containerd"

    private let folder: String

    package init(folder: String = Self.folder) {
        self.folder = folder
    }

    /// Remembers a process, and forgets those that have ended.
    ///
    /// - Throws: `SystemCallError`; nothing but time is lost then.
    package func add(_ pid: Int32) throws(SystemCallError) {
        guard let name = Self.name(of: pid) else { return }
        try makeDirectories(folder, mode: 0o711)
        for known in entryNames(in: folder)
        where Int32(known.prefix { $0 != "." }).flatMap(Self.name(of:)) != known {
            unlink("\(folder)/\(known)")
        }
        _ = try openFile("\(folder)/\(name)", O_WRONLY | O_CREAT | O_NOFOLLOW, mode: 0o600)
    }

    /// Whether a process has been remembered.
    package func contains(_ pid: Int32) -> Bool {
        guard let name = Self.name(of: pid) else { return false }
        return access("\(folder)/\(name)", F_OK) == 0
    }

    /// What no other process has; nil when there is no such process.
    private static func name(of pid: Int32) -> String? { ProcessStat(pid: pid).map { "\(pid).\($0.startTicks)" } }
}
