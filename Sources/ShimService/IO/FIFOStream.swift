internal import Glibc
package import LinuxSystem
internal import SystemPackage

/// A FIFO of containerd's as a container's standard stream: the container's end, and the end that the shim keeps.
///
/// Opening never blocks, whoever holds the other end or does not: a probe that reads and writes, which Linux lets be
/// opened at once (fifo(7)), stands at the other end until both are open.
package struct FIFOStream: ~Copyable {
    /// For the container: blocking, as a program expects of its streams.
    package let containerEnd: OwnedFileDescriptor
    /// For the shim, non-blocking. Of stdin: the writing end, so that the container sees no end of file before CloseIO.
    /// Of stdout and stderr: the reading end, never read, so that the container gets no SIGPIPE when containerd
    /// vanishes for a while.
    package let keptEnd: OwnedFileDescriptor

    /// Which way it goes.
    package enum Direction: Sendable {
        case toContainer, fromContainer
    }

    /// - Parameters:
    ///   - stream: how errors name it: `stdout`.
    ///   - owner: the ids to give the FIFO to; 0 leaves it.
    package init(
        path: String, stream: String, direction: Direction, owner: (uid: UInt32, gid: UInt32) = (0, 0)
    ) throws {
        let probe = try Self.probe(path, stream: stream)
        guard try FileStatus(of: probe.raw, name: path).kind == .fifo else {
            throw TaskError(.invalidArgument, "\(stream): \(path) is not a FIFO")
        }
        if owner.uid != 0 || owner.gid != 0 {
            try systemCall("fchown", path) {
                fchown(probe.raw, owner.uid == 0 ? .max : owner.uid, owner.gid == 0 ? .max : owner.gid)
            }
        }
        // By the descriptor's name, so that it is the same FIFO whatever the path has become.
        let same = pathOf(descriptor: probe.raw)
        let container = try openFile(same, direction == .toContainer ? O_RDONLY : O_WRONLY)
        keptEnd = try openFile(same, (direction == .toContainer ? O_WRONLY : O_RDONLY) | O_NONBLOCK)
        containerEnd = container
    }

    private static func probe(_ path: String, stream: String) throws(TaskError) -> OwnedFileDescriptor {
        do {
            return try openFile(path, O_RDWR | O_NONBLOCK)
        } catch {
            throw TaskError(.failedPrecondition, "\(stream): the FIFO \(path) can't be opened", cause: error)
        }
    }

    /// Gives both ends up; the caller owns them.
    package consuming func release() -> (container: Int32, kept: Int32) {
        (containerEnd.release(), keptEnd.release())
    }
}
