internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The shim's own adjustment for the kernel's choice of whom to kill for want of memory: one above containerd's, as
/// runc's shim has it, so that a shim goes before the daemon.
enum OOMScore {
    /// The least and the most that there is (proc_pid_oom_score_adj(5)).
    static let range = -1000...1000

    /// Adjusts this process, and so those that it forks.
    ///
    /// - Parameter parent: containerd's pid.
    static func adjust(below parent: Int32) throws(SystemCallError) {
        let path = "/proc/\(parent)/oom_score_adj"
        let text = try readText(path)
        guard let score = Int(text.prefix { !$0.isWhitespace }) else {
            throw SystemCallError("read", path, errno: .invalidArgument)
        }
        do {
            try writeText("\(min(score + 1, range.upperBound))", toFileAt: "/proc/self/oom_score_adj")
        } catch {
            // Going lower than it was wants a privilege that a rootless shim does not have.
            let isDenied = error.errno == .permissionDenied || error.errno == .notPermitted
            if !(isDenied && geteuid() != 0) { throw error }
        }
    }
}
