internal import Glibc
package import LinuxSystem
internal import Synchronization
internal import SystemPackage

/// Copies between a container's pseudo-terminal and containerd's FIFOs, on one thread per terminal.
///
/// Every end is non-blocking, and each direction reads no more than its other end takes: a reader that stalls stops its
/// own terminal alone. When the process has ended, what it wrote is copied before the exit is announced; a reader that
/// stalls delays that by two seconds at most.
package final class ConsoleCopier: Sendable {
    /// How long a reader that stalls can hold back the exit.
    static let drainTimeout: Duration = .seconds(2)

    private let master: OwnedFileDescriptor
    /// Written to when `State.deadline` was set.
    private let wake: Pipe
    private let state = Mutex(State())
    private let finished = Monitored(false)

    private struct State {
        var deadline: ContinuousClock.Instant?
        var isFinished = false
    }

    /// Starts copying. Owns all three descriptors from here on, also when this throws.
    ///
    /// - Parameters:
    ///   - stdin: nil: nothing is typed.
    ///   - stdout: nil: the output is thrown away.
    package init(master: consuming OwnedFileDescriptor, stdin: Int32?, stdout: Int32?) throws {
        let input = OwnedFileDescriptor(owningIfAny: stdin)
        let output = OwnedFileDescriptor(owningIfAny: stdout)
        self.master = master
        wake = try Pipe()
        for descriptor in [self.master.raw, stdin, stdout].compactMap({ $0 }) {
            try systemCall("fcntl") { fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) }
        }
        let loop = ConsoleLoop(master: self.master.raw, wake: wake.reading.raw, input: input, output: output)
        try DetachedThread.start("console") { [self] in
            loop.run { state.withLock { $0.deadline } }
            state.withLock { $0.isFinished = true }
            finished.update { $0 = true }
        }
    }

    /// Sets the size in characters; a terminal that is gone has none.
    package func resize(rows: UInt16, columns: UInt16) throws(SystemCallError) {
        try setWindowSize(of: master.raw, rows: rows, columns: columns)
    }

    /// The process has ended: copies what it wrote, then stops and closes stdout. Blocks, for `drainTimeout` at most.
    package func drain() {
        state.withLock { $0.deadline = .now + Self.drainTimeout }
        // Fails only when it is full, and then the thread is awake anyway.
        var byte: UInt8 = 0
        _ = write(wake.writing.raw, &byte, 1)
        _ = finished.wait { $0 ? true : nil }
    }
}
