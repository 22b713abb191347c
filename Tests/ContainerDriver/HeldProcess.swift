import Glibc
import LinuxSystem

/// A process that is held when it ends, before the kernel takes it apart (ptrace(2), PTRACE_O_TRACEEXIT).
struct HeldProcess {
    private let pid: Int32
    // Variadic in C, and so not to be called from Swift by its name.
    private let ptrace: @convention(c) (Int, Int32, UInt, UInt) -> Int

    /// - Returns: nil when it can't be traced.
    init?(_ pid: Int32) {
        guard let symbol = dlsym(nil, "ptrace") else { return nil }
        self.pid = pid
        ptrace = unsafeBitCast(symbol, to: (@convention(c) (Int, Int32, UInt, UInt) -> Int).self)
        // PTRACE_SEIZE with PTRACE_O_TRACEEXIT.
        guard ptrace(0x4206, pid, 0, 1 << 6) == 0 else { return nil }
    }

    func waitUntilItEnds() {
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }

    func release() {
        // PTRACE_DETACH
        _ = ptrace(17, pid, 0, 0)
    }

    /// Waits until a process that ends is one no more: "kept" for its parent, or "gone".
    static func fate(of pid: Int32) -> String {
        while let stat = try? readText("/proc/\(pid)/stat") {
            // The state follows the name (proc_pid_stat(5)).
            if stat.split(separator: ")").last?.hasPrefix(" Z") == true { return "kept" }
            usleep(1000)
        }
        return "gone"
    }
}
