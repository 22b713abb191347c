internal import Glibc
internal import LinuxSystem
internal import Synchronization
internal import SystemPackage

/// The standard streams of a process that a shim runs: FIFOs, as containerd makes them, copied to and from this
/// process's own.
final class ExecStreams: Sendable {
    let input: String
    let output: String
    let error: String

    /// Of the output and the error stream; non-blocking.
    private let readers: [(source: HeldDescriptor, target: Int32)]
    /// Of the input; nil when all is written.
    private let writer: Mutex<HeldDescriptor?>

    /// Makes them, and opens the ends that are read and written here, so that the shim finds somebody at the other ones.
    ///
    /// - Parameter folder: an empty one, which stays the caller's.
    init(in folder: String) throws {
        (input, output, error) = ("\(folder)/stdin", "\(folder)/stdout", "\(folder)/stderr")
        for path in [input, output, error] { try systemCall("mkfifo", path) { mkfifo(path, 0o600) } }
        readers = try [(output, STDOUT_FILENO), (error, STDERR_FILENO)].map { path, target in
            (HeldDescriptor(try openFile(path, O_RDONLY | O_NONBLOCK)), target)
        }
        // For reading, too, as it could not be opened before anybody else reads.
        writer = Mutex(HeldDescriptor(try openFile(input, O_RDWR)))
    }

    /// Copies standard input to its end, on a thread of its own.
    ///
    /// - Parameter ended: called when nothing holds the writing end here any more.
    func feed(_ ended: @escaping @Sendable () -> Void) throws {
        try DetachedThread.start("stdin") { [self] in
            let end = writer.withLock { $0?.descriptor.raw ?? -1 }
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            while case .success(let count) = attempt({ read(STDIN_FILENO, &buffer, buffer.count) }), count > 0 {
                let written: Void? = try? buffer.withUnsafeBytes { bytes in
                    try writeAll(UnsafeRawBufferPointer(rebasing: bytes.prefix(count)), to: end, name: input)
                }
                if written == nil { break }
            }
            writer.withLock { $0 = nil }
            ended()
        }
    }

    /// Copies what the process prints, as it comes.
    ///
    /// - Parameters:
    ///   - over: ends when nothing more is to come; what is there then is copied yet.
    ///   - refused: nobody reads what is written here; called once for each stream.
    func copyOutput(until over: Int32, refused: () -> Void) throws {
        var open = readers
        while true {
            var polled = open.map { pollfd(fd: $0.source.descriptor.raw, events: Int16(POLLIN), revents: 0) }
            polled.append(pollfd(fd: over, events: Int16(POLLIN), revents: 0))
            try systemCall("poll") { poll(&polled, nfds_t(polled.count), -1) }
            let isOver = polled[open.count].revents != 0
            for index in open.indices.reversed() where isOver || polled[index].revents != 0 {
                do {
                    if try !Self.copy(open[index].source.descriptor.raw, open[index].target) { open.remove(at: index) }
                } catch {
                    open.remove(at: index)
                    refused()
                }
            }
            if isOver { return }
        }
    }

    /// Copies what there is.
    ///
    /// - Returns: whether more may come.
    private static func copy(_ source: Int32, _ target: Int32) throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            switch attempt({ read(source, &buffer, buffer.count) }) {
            case .success(0): return false
            case .success(let count):
                try buffer.withUnsafeBytes { bytes in
                    try writeAll(UnsafeRawBufferPointer(rebasing: bytes.prefix(count)), to: target, name: "output")
                }
            case .failure(let code): return code == .resourceTemporarilyUnavailable
            }
        }
    }
}
