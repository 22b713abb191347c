internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// The loop of a terminal's thread.
final class ConsoleLoop: Sendable {
    /// Borrowed from the `ConsoleCopier`, as is `wake`.
    private let master: Int32
    private let wake: Int32
    private let ends: Mutex<Ends>

    private struct Ends: ~Copyable {
        var input: OwnedFileDescriptor?
        var output: OwnedFileDescriptor?
        /// From stdin to the terminal, and from the terminal to stdout.
        var typed = ConsoleBuffer(capacity: 4096)
        var shown = ConsoleBuffer(capacity: 16384)
        /// Whether the terminal may still give something: not once all its slaves are closed.
        var masterReads = true
        var draining = false
    }

    init(
        master: Int32, wake: Int32, input: consuming OwnedFileDescriptor?, output: consuming OwnedFileDescriptor?
    ) {
        self.master = master
        self.wake = wake
        ends = Mutex(Ends(input: input, output: output))
    }

    /// Copies until `deadline` is told and nothing is left to be read, or it has passed; then closes both ends.
    func run(deadline: () -> ContinuousClock.Instant?) {
        // Nobody else takes this lock: it is what lets the loop's state live in a Sendable object.
        ends.withLock { ends in
            while step(&ends, deadline: deadline()) {}
            ends.input = nil
            ends.output = nil
        }
    }

    /// One turn; answers whether there is more to do.
    private func step(_ ends: inout Ends, deadline: ContinuousClock.Instant?) -> Bool {
        ends.draining = deadline != nil
        if let deadline, deadline <= .now { return false }
        if ends.draining && !ends.masterReads && ends.shown.isEmpty { return false }

        let wantsOutput = ends.masterReads && (ends.shown.hasSpace || ends.output == nil)
        let wantsInput = !ends.draining && ends.typed.hasSpace
        var entries = [
            pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
            pollfd(
                fd: wantsOutput || !ends.typed.isEmpty ? master : -1,
                events: Int16((wantsOutput ? POLLIN : 0) | (ends.typed.isEmpty ? 0 : POLLOUT)), revents: 0),
            pollfd(fd: wantsInput ? ends.input?.raw ?? -1 : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: ends.shown.isEmpty ? -1 : ends.output?.raw ?? -1, events: Int16(POLLOUT), revents: 0),
        ]
        // While draining, a terminal that gives nothing now is done: another process may hold it open for ever.
        let timeout = ends.draining ? (ends.shown.isEmpty ? 0 : remaining(until: deadline)) : -1
        let ready = poll(&entries, nfds_t(entries.count), timeout)
        if ready < 0 && errno != EINTR { return false }
        if ready == 0 && ends.draining && ends.shown.isEmpty { return false }

        if entries[0].revents != 0 {
            var byte: UInt8 = 0
            _ = read(wake, &byte, 1)
        }
        if entries[1].revents != 0 { terminalIsReady(&ends, Int32(entries[1].revents), wantsOutput: wantsOutput) }
        if entries[2].revents != 0 { inputIsReady(&ends) }
        if entries[3].revents != 0 { outputIsReady(&ends) }
        return true
    }

    private func terminalIsReady(_ ends: inout Ends, _ events: Int32, wantsOutput: Bool) {
        let master = master
        if events & POLLOUT != 0 {
            ends.typed.drain { write(master, $0.baseAddress, $0.count) }
        }
        guard wantsOutput, events & (POLLIN | POLLHUP | POLLERR) != 0 else {
            // Hung up while its output waits for the reader: what it has is read when there is room.
            if events & POLLHUP != 0 { ends.typed.removeAll() }
            return
        }
        var got = 0
        var code: Int32 = 0
        ends.shown.fill {
            got = read(master, $0.baseAddress, $0.count)
            code = errno
            return got
        }
        // EIO: no slave is open, and none will be.
        if got == 0 || (got < 0 && code != EAGAIN && code != EINTR) {
            ends.masterReads = false
            ends.typed.removeAll()
        }
        if ends.output == nil { ends.shown.removeAll() }
    }

    private func inputIsReady(_ ends: inout Ends) {
        guard let input = ends.input?.raw else { return }
        var got = 0
        var code: Int32 = 0
        ends.typed.fill {
            got = read(input, $0.baseAddress, $0.count)
            code = errno
            return got
        }
        // The end of stdin: CloseIO was called, and containerd has closed its end.
        if got == 0 || (got < 0 && code != EAGAIN && code != EINTR) { ends.input = nil }
    }

    private func outputIsReady(_ ends: inout Ends) {
        guard let output = ends.output?.raw else { return }
        var code: Int32 = 0
        ends.shown.drain {
            let written = write(output, $0.baseAddress, $0.count)
            code = written < 0 ? errno : 0
            return written
        }
        if code != 0 && code != EAGAIN && code != EINTR {
            ends.output = nil
            ends.shown.removeAll()
        }
    }

    private func remaining(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let (seconds, attoseconds) = (deadline - .now).components
        return max(0, Int32(seconds) * 1000 + Int32(attoseconds / 1_000_000_000_000_000) + 1)
    }
}
