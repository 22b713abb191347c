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
    let pid: pid_t

    /// Starts `path` with exactly this environment. stdin is `input`, then its end; without input it is /dev/null.
    init(_ path: String, _ arguments: [String], environment: [String: String], input: Data? = nil) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = environment
        let out = Pipe()
        let err = Pipe()
        let feed = input.map { _ in Pipe() }
        process.standardOutput = out
        process.standardError = err
        process.standardInput = feed ?? FileHandle.nullDevice
        try process.run()
        pid = process.processIdentifier
        let group = DispatchGroup()
        collect(out.fileHandleForReading, \.stdout, group)
        collect(err.fileHandleForReading, \.stderr, group)
        if let feed, let input {
            Self.thread {
                // The program may end before it has read it all.
                try? feed.fileHandleForWriting.write(contentsOf: input)
                try? feed.fileHandleForWriting.close()
            }
        }
        nonisolated(unsafe) let ending = process  // used by this one thread from here on
        Self.thread { [self] in
            ending.waitUntilExit()
            group.wait()
            let status = ending.terminationReason == .exit ? ending.terminationStatus : 128 + ending.terminationStatus
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
        _ handle: FileHandle, _ field: WritableKeyPath<State, Data> & Sendable, _ group: DispatchGroup
    ) {
        group.enter()
        Self.thread { [self] in
            while let data = try? handle.read(upToCount: 1 << 16), !data.isEmpty {
                state.withLock { $0[keyPath: field].append(data) }
            }
            group.leave()
        }
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        Thread(block: body).start()
    }

    /// What was written to stdout until now.
    var stdoutSoFar: String { state.withLock { String(decoding: $0.stdout, as: UTF8.self) } }

    /// Whether it has ended.
    var hasEnded: Bool { state.withLock { $0.status != nil } }

    /// What it left; suspends until it has ended. A program that is there after `seconds` is killed, which its
    /// status shows.
    func outcome(within seconds: Double = 60) async -> Outcome {
        let killer = Task {
            try await Task.sleep(for: .seconds(seconds))
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

/// Asks every few milliseconds until the answer is yes; throws what was waited for after `seconds`.
func eventually(_ what: String, within seconds: Double = 20, _ isSo: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while try await !isSo() {
        guard ContinuousClock.now < end else { throw FixtureError(description: "waited in vain for: \(what)") }
        try await Task.sleep(for: .milliseconds(10))
    }
}
