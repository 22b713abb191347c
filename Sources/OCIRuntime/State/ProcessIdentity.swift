internal import LinuxSystem
internal import ShimService

/// A process that can be told from a later one of the same number.
package struct ProcessIdentity: Codable, Hashable, Sendable {
    package var pid: Int32
    /// When it was started, in clock ticks since boot: `ProcessStat`.
    package var startTicks: UInt64

    /// - Returns: nil when there is no such process.
    package init?(pid: Int32) {
        guard let stat = ProcessStat(pid: pid) else { return nil }
        self.pid = pid
        startTicks = stat.startTicks
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
}
