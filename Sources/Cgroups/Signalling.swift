internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Sends a signal to the processes of a cgroup.
///
/// A number read from cgroup.procs may be another process by the time it is signalled. So pidfds are opened first,
/// and only those whose number is still listed afterwards are used: a process that was listed after its pidfd was
/// opened is the one that the pidfd holds.
/// - Returns: how many were signalled.
@discardableResult
func signalProcesses(_ signal: Int32, list: () throws(CgroupError) -> [Int32]) throws(CgroupError) -> Int {
    var open: [(pid: Int32, descriptor: Int32)] = []
    defer { for entry in open { _ = OwnedFileDescriptor(owning: entry.descriptor) } }
    for pid in try list() where pid > 0 {
        switch attempt({ martlet_pidfd_open(pid, 0) }) {
        case .success(let descriptor): open.append((pid, descriptor))
        case .failure(.noSuchProcess): continue
        case .failure(let code):
            throw CgroupError(
                .rejected, "a process of the cgroup can't be signalled",
                cause: SystemCallError("pidfd_open", "\(pid)", errno: code))
        }
    }
    guard !open.isEmpty else { return 0 }
    let listed = Set(try list())
    var signalled = 0
    for entry in open where listed.contains(entry.pid) {
        switch attempt({ martlet_pidfd_send_signal(entry.descriptor, signal) }) {
        case .success: signalled += 1
        case .failure(.noSuchProcess): continue
        case .failure(let code):
            throw CgroupError(
                .rejected, "a process of the cgroup can't be signalled",
                cause: SystemCallError("pidfd_send_signal", "\(entry.pid), signal \(signal)", errno: code))
        }
    }
    return signalled
}

/// Signals; for SIGKILL again and again until nothing is left that could have been made meanwhile.
/// - Throws: `timedOut` when processes are made as fast as they are killed.
func signalUntilGone(_ signal: Int32, list: () throws(CgroupError) -> [Int32]) throws(CgroupError) {
    guard signal == SIGKILL else {
        try signalProcesses(signal, list: list)
        return
    }
    for round in 0..<100 {
        guard try signalProcesses(signal, list: list) > 0 else { return }
        usleep(UInt32(min(100 << min(round, 6), 5000)))
    }
    throw CgroupError(.timedOut, "processes of the cgroup are still there after being killed over and over")
}
