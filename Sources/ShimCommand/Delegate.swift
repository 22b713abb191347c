internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Why the process that was to become the shim did not.
struct DelegateError: Error, CustomStringConvertible {
    /// As that process said it.
    let description: String
}

/// Lets another process do the work of `start`, and go on as the shim, while the one that containerd waits for only
/// passes the answer on.
///
/// This way the shim is there from the first moment, and the engine, which must descend from it, gets ready while the
/// rest of `start` is done. The process has one thread when it forks, so that Swift may run on both sides.
enum Delegate {
    /// The first byte of what goes through the pipe.
    private enum Outcome: UInt8 {
        case answer, failure
    }

    /// The new process's way to say the answer.
    struct Report: Sendable {
        /// The pipe; open until the answer is said.
        let descriptor: Int32

        /// To be called once.
        func callAsFunction(_ answer: [UInt8]) { send(.answer, answer, to: descriptor) }
    }

    /// - Parameter work: runs in the new process, which ends with it.
    /// - Returns: the answer.
    /// - Throws: `DelegateError` with what `work` threw; `SystemCallError`.
    static func run(_ work: (_ report: Report) throws -> Void) throws -> [UInt8] {
        let (reading, writing) = try makePipe()
        let input = OwnedFileDescriptor(owning: reading)
        let pid: Int32
        do {
            pid = try systemCall("fork") { martlet_fork() }
        } catch {
            _ = close(writing)
            throw error
        }
        if pid == 0 {
            do {
                try work(Report(descriptor: writing))
            } catch {
                send(.failure, Array(ShimMain.oneLine(error).utf8), to: writing)
                _exit(1)
            }
            _exit(0)
        }
        _ = close(writing)
        let bytes = try readToEnd(of: input.raw, limit: 64 << 10, name: "the shim's answer")
        guard let first = bytes.first.flatMap(Outcome.init(rawValue:)) else {
            throw DelegateError(description: "the shim ended before it could serve")
        }
        let rest = bytes.dropFirst()
        switch first {
        case .answer: return Array(rest)
        case .failure: throw DelegateError(description: String(decoding: rest, as: UTF8.self))
        }
    }

    /// Says it, and closes the pipe, which tells the other side that this is all.
    private static func send(_ outcome: Outcome, _ bytes: [UInt8], to descriptor: Int32) {
        _ = ShimMain.writeWhole([outcome.rawValue] + bytes, to: descriptor)
        _ = close(descriptor)
    }
}
