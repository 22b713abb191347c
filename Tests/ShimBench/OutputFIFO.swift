internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The reading end of a FIFO that a shim is to write to.
///
/// It is open before the shim opens the other end, as containerd's is; what comes is read without ever blocking. A
/// writing end is open too (fifo(7), "under Linux"), so that a writer that opens and closes is not taken for output.
final class OutputFIFO: Sendable {
    /// The FIFO's file.
    let path: String
    private let descriptor: OwnedFileDescriptor

    /// Makes the FIFO and opens it. The file goes with the folder it is in.
    init(_ path: String) throws {
        self.path = path
        try systemCall("mkfifo", path) { mkfifo(path, 0o700) }
        descriptor = OwnedFileDescriptor(
            owning: try systemCall("open", path) { open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC) })
    }

    /// Blocks until the first byte is there, and says when that was; the byte stays. Throws `BenchError`
    /// `.container` after `seconds`.
    func firstByte(within seconds: Int64) throws -> Moment {
        do {
            try Readiness.wait(descriptor.raw, until: .now + seconds * 1000)
        } catch {
            throw BenchError(.container, "the container wrote nothing to \(path) for \(seconds) s", cause: error)
        }
        return .now
    }

    /// Lets a `firstByte` that waits go on, when no output will come any more.
    func giveUp() {
        _ = write(descriptor.raw, "\n", 1)
    }

    /// What is there by now. Never blocks.
    func read() throws -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            switch attempt({ Glibc.read(descriptor.raw, &buffer, buffer.count) }) {
            case .success(0), .failure(.wouldBlock):
                return String(decoding: bytes, as: UTF8.self)
            case .success(let count): bytes += buffer[..<count]
            case .failure(let code): throw BenchError(.system, "read \(path)", errno: code)
            }
        }
    }
}
