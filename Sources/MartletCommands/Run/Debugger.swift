internal import Glibc
internal import LinuxSystem
internal import OCIRuntime

/// Waits for a debugger to be attached to a guest that has not begun.
struct Debugger: Sendable {
    /// The program that the guest's process is a fork of, and the folder of its library: both are named to the debugger, as
    /// their paths in that process are none of this machine.
    private let program: String
    private let libraries: String

    init() throws {
        program = try ProbeClient().path
        libraries = splitLast(splitLast(splitLast(program).parent).parent).parent + "/lib/martlet"
    }

    /// Says how it is to be attached, and returns when it is.
    ///
    /// - Throws: `RuntimeError` when the process has ended instead, or a signal asks this one to.
    @Sendable func wait(for pid: Int32) throws {
        let text = """
            martlet: the module waits for a debugger, in process \(pid):
              gdb -iex 'set sysroot /' -iex 'set solib-search-path \(libraries)' -p \(pid) \(program)
            martlet: set breakpoints there, then continue

            """
        try Array(text.utf8).withUnsafeBytes { try writeAll($0, to: STDERR_FILENO, name: "standard error") }
        let process = try ProcessDescriptor(pid: pid)
        while try !isTraced(pid) {
            guard try !process.waitForEnd(milliseconds: 100) else {
                throw RuntimeError(.wrongState, "the process ended before a debugger was attached")
            }
            guard !AttendedSignals.askForTheEnd else {
                throw RuntimeError(.wrongState, "interrupted before a debugger was attached")
            }
        }
    }

    /// Whether ptrace(2) has it (proc_pid_status(5)).
    private func isTraced(_ pid: Int32) throws -> Bool {
        let status = try readText("/proc/\(pid)/status")
        let line = status.split(separator: "\n").first { $0.hasPrefix("TracerPid:") }
        return line.map { !$0.hasSuffix("\t0") } ?? false
    }
}
