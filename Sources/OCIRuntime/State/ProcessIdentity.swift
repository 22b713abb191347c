internal import Glibc
internal import LinuxSystem
internal import ShimService

/// A process that can be told from a later one of the same number.
package struct ProcessIdentity: Codable, Hashable, Sendable {
    package var pid: Int32
    /// When it was started, in clock ticks since boot (proc_pid_stat(5), field 22).
    package var startTicks: UInt64

    /// - Returns: nil when there is no such process.
    package init?(pid: Int32) {
        guard let text = try? readText("/proc/\(pid)/stat"), let ticks = Self.startTicks(in: text) else { return nil }
        self.pid = pid
        startTicks = ticks
    }

    /// The process, if it is there and has not ended.
    func open() -> ProcessHandle? {
        do {
            let process = ProcessHandle(try ProcessDescriptor(pid: pid))
            // The descriptor tells of the process's end, which comes after that of its first thread.
            guard Self(pid: pid) == self, try !process.descriptor.waitForEnd(milliseconds: 0) else { return nil }
            return process
        } catch {
            return nil
        }
    }

    /// - Parameter stat: the text of /proc/PID/stat, whose second field may hold anything, also blanks and brackets.
    static func startTicks(in stat: String) -> UInt64? {
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        return fields.count > 19 ? UInt64(fields[19]) : nil
    }
}
