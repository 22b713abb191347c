internal import Glibc

/// What the kernel says of a process in /proc/PID/stat (proc_pid_stat(5)).
package struct ProcessStat: Hashable, Sendable {
    /// One letter: `Z` is a process whose first thread has ended.
    package let state: Substring
    /// The `PF_` flags of its first thread.
    package let flags: UInt32
    /// When it was started, in clock ticks since boot: with the pid, what no other process has.
    package let startTicks: UInt64

    /// - Returns: nil when there is no such process.
    package init?(pid: Int32) {
        guard let text = try? readText("/proc/\(pid)/stat") else { return nil }
        self.init(text)
    }

    /// - Parameter text: what is in the file; its second field, the program's name, may hold anything, also blanks and
    ///   brackets.
    package init?(_ text: String) {
        guard let end = text.lastIndex(of: ")") else { return nil }
        // From the third field on.
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let flags = UInt32(fields[6]), let ticks = UInt64(fields[19]) else { return nil }
        state = fields[0]
        self.flags = flags
        startTicks = ticks
    }

    /// Whether it is on its way out: its files are closed soon, or are closed (PF_EXITING).
    package var isEnding: Bool { state == "Z" || state == "X" || flags & 0x4 != 0 }
}
