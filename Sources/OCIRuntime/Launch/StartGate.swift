internal import CLinux
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import ShimService
internal import SystemPackage

/// How a created container waits for its start when nobody runs who could hold its control channel: it holds both ends
/// itself.
///
/// `create` sends the first byte of the message `start`, and its own end of the channel with it. The container's first
/// process takes it and waits for the rest, with an end in its hands that keeps the channel open and is closed when the
/// message is whole. `start` takes that end out of the process (pidfd_getfd(2), for which it takes what ptrace(2)
/// does), and sends the rest. So there is no FIFO or socket in any file system, and nothing is left of it when the process
/// is killed.
enum StartGate {
    /// Leaves the channel with the process at its other end.
    ///
    /// - Returns: what `take` wants.
    static func leave(_ channel: borrowing MessageChannel) throws(SystemCallError) -> UInt64 {
        let gate = try FileStatus(of: channel.raw).inode
        try channel.sendBeginning(descriptors: [channel.raw])
        return gate
    }

    /// Takes the channel back.
    ///
    /// - Throws: `RuntimeError` when the process does not have it: it is gone, or was started.
    static func take(_ gate: UInt64, from process: ProcessHandle) throws -> ControlChannel {
        let folder = "/proc/\(process.descriptor.pid)/fd"
        // The process may not have come to take it yet, if `create` has just ended.
        for pause in [0, 1000, 10_000, 100_000, 1_000_000] as [UInt32] {
            if pause > 0 { usleep(pause) }
            for name in entryNames(in: folder) {
                guard let number = Int32(name), (try? linkTarget(of: "\(folder)/\(name)")) == "socket:[\(gate)]" else {
                    continue
                }
                let raw = try systemCall(
                    "pidfd_getfd", "\(process.descriptor.pid)",
                    remedy: { $0 == .notPermitted ? "it takes CAP_SYS_PTRACE, and yama.ptrace_scope below 3" : nil }
                ) { martlet_pidfd_getfd(process.descriptor.raw, number) }
                return ControlChannel(MessageChannel(owning: OwnedFileDescriptor(owning: raw)))
            }
            if try process.descriptor.waitForEnd(milliseconds: 0) { break }
        }
        throw RuntimeError(.wrongState, "the container's first process does not wait for its start")
    }
}
