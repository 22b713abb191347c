import Dispatch
import Foundation
import Synchronization

/// What a program that ended left.
struct Outcome: Sendable {
    var stdout: String
    var stderr: String
    /// The exit status, or 128 and the signal's number.
    var status: Int32
}

/// A failure of the fixture itself, as opposed to one of what is tested.
struct FixtureError: Error, CustomStringConvertible {
    var description: String
}

/// A program that was started and whose output is collected while it runs.
final class Command: Sendable {
    private struct State {
        var stdout = Data()
        var stderr = Data()
        /// Nil until the program has ended and both its pipes are drained.
        var status: Int32?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let mayEndInput: DispatchSemaphore
    let pid: pid_t

    /// Starts `path` with exactly this environment. stdin is `input`, then its end: at once, or when `endInput` is
    /// called. Without input it is /dev/null.
    init(
        _ path: String, _ arguments: [String], environment: [String: String], input: Data? = nil,
        endsInput: Bool = true
    ) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = environment
        let out = Pipe()
        let err = Pipe()
        let feed = input.map { _ in Pipe() }
        mayEndInput = DispatchSemaphore(value: endsInput ? 1 : 0)
        process.standardOutput = out
        process.standardError = err
        process.standardInput = feed ?? FileHandle.nullDevice
        let end = try process.runTellingItsEnd()
        pid = process.processIdentifier
        let group = DispatchGroup()
        collect(out.fileHandleForReading, group) { $0.stdout.append($1) }
        collect(err.fileHandleForReading, group) { $0.stderr.append($1) }
        if let feed, let input {
            Self.thread { [mayEndInput] in
                // The program may end before it has read it all: an error then, not the end of these tests. For this
                // thread only, since programs inherit what is ignored.
                var signals = sigset_t()
                sigemptyset(&signals)
                sigaddset(&signals, SIGPIPE)
                pthread_sigmask(SIG_BLOCK, &signals, nil)
                try? feed.fileHandleForWriting.write(contentsOf: input)
                mayEndInput.wait()
                try? feed.fileHandleForWriting.close()
            }
        }
        Self.thread { [self] in
            end.wait()
            group.wait()
            endInput()
            let signal: Int32 = process.terminationReason == .exit ? 0 : 128
            let status = signal + process.terminationStatus
            let waiters = state.withLock { state in
                state.status = status
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    /// Reads one pipe to its end. Threads, not tasks: a read blocks, and the pool of tasks is small.
    private func collect(
        _ handle: FileHandle, _ group: DispatchGroup, _ append: @escaping @Sendable (inout State, Data) -> Void
    ) {
        group.enter()
        Self.thread { [self] in
            // What there is at once; FileHandle's read would wait for as much as was asked for.
            while case let data = handle.availableData, !data.isEmpty {
                state.withLock { append(&$0, data) }
            }
            group.leave()
        }
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        Thread(block: body).start()
    }

    /// Lets its stdin end after what it was given.
    func endInput() { mayEndInput.signal() }

    /// What was written to stdout until now.
    var stdoutSoFar: String { state.withLock { String(decoding: $0.stdout, as: UTF8.self) } }

    /// The same of stderr.
    var stderrSoFar: String { state.withLock { String(decoding: $0.stderr, as: UTF8.self) } }

    /// Whether it has ended.
    var hasEnded: Bool { state.withLock { $0.status != nil } }

    /// What it left; suspends until it has ended. A program that is there after `seconds` is killed, which its
    /// status shows.
    func outcome(within seconds: Double = 60) async -> Outcome {
        let killer = Task {
            try await Task.sleep(for: Patience.seconds(seconds))
            kill(pid, SIGKILL)
        }
        await withCheckedContinuation { continuation in
            let ended = state.withLock { state in
                if state.status == nil { state.waiters.append(continuation) }
                return state.status != nil
            }
            if ended { continuation.resume() }
        }
        killer.cancel()
        return state.withLock { state in
            Outcome(
                stdout: String(decoding: state.stdout, as: UTF8.self),
                stderr: String(decoding: state.stderr, as: UTF8.self),
                status: state.status ?? -1)
        }
    }
}

/// Asks every few milliseconds, on a slow machine fewer times, until the answer is yes; throws what was waited for after `seconds`, which the
/// machine may stretch (`Patience`).
func eventually(
    _ what: String, within seconds: Double = 60, isolation: isolated (any Actor)? = #isolation,
    _ isSo: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + Patience.seconds(seconds)
    while try await !isSo() {
        guard ContinuousClock.now < end else { throw FixtureError(description: "waited in vain for: \(what)") }
        try await Task.sleep(for: Patience.seconds(0.01))
    }
}
