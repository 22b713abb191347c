internal import Bundle
internal import ContainerdAPI
internal import Glibc
internal import LinuxSystem
internal import OCIRuntime
internal import OCISpec
internal import SwiftProtobuf
internal import Synchronization

/// A process in a container of a running shim, as containerd would have it made.
struct ShimExec: Sendable {
    let id: String
    /// The container's bundle, whose configuration says what the process is like.
    let bundle: String
    let arguments: [String]

    private var execID: String { "martlet-\(getpid())" }

    /// What happens here while it runs.
    private enum Event: Sendable {
        case inputEnded
        case signal(Int32)
    }

    /// Runs it to its end, with this process's streams and signals.
    ///
    /// - Returns: its exit status.
    func run(_ address: String) throws -> UInt32 {
        let signals = AttendedSignals.block()
        // Whoever reads the output may end first: that is an error of the write.
        signal(SIGPIPE, SIG_IGN)
        // Of this function's, as threads may outlive it.
        let scratch = try ScratchFolder()
        let streams = try ExecStreams(in: scratch.path)
        let request = try request(streams)
        let (events, happened) = AsyncStream.makeStream(of: Event.self)
        try signals.forward { happened.yield(.signal($0)) }
        let (over, untilOver) = try makePipe()
        let end = OwnedFileDescriptor(owning: over)
        let result = RunResult()
        try DetachedThread.start("shim") {
            result.set(
                Result {
                    try ShimSession.run(address) { shim in
                        _ = try await shim.task(TaskMethod.exec, request)
                        return try await attend(shim, events) {
                            try streams.feed { happened.yield(.inputEnded) }
                        }
                    }
                })
            _ = close(untilOver)
        }
        try streams.copyOutput(until: end.raw) { happened.yield(.signal(SIGKILL)) }
        return try result.get()
    }

    private func request(_ streams: ExecStreams) throws -> TaskExecProcessRequest {
        var process = try Bundle(path: bundle).loadConfig().spec.process ?? Process(args: [])
        process.args = arguments
        process.terminal = false
        var request = TaskExecProcessRequest()
        (request.id, request.execID) = (id, execID)
        (request.stdin, request.stdout, request.stderr) = (streams.input, streams.output, streams.error)
        request.spec = Google_Protobuf_Any(json: try encodeJSON(process), as: .process)
        return request
    }

    /// Starts what was added, and removes it when it has ended.
    private func attend(
        _ shim: ShimSession, _ events: AsyncStream<Event>, started: () throws -> Void
    ) async throws -> UInt32 {
        let delete = TaskDeleteRequest.with { ($0.id, $0.execID) = (id, execID) }
        do {
            _ = try await shim.task(TaskMethod.start, TaskStartRequest.with { ($0.id, $0.execID) = (id, execID) })
            try started()
            let wait = TaskWaitRequest.with { ($0.id, $0.execID) = (id, execID) }
            let status = try await withThrowingTaskGroup(of: UInt32?.self) { group in
                group.addTask { try await shim.task(TaskMethod.wait, wait, timeout: nil).exitStatus }
                group.addTask {
                    for await event in events { await tell(shim, event) }
                    return nil
                }
                defer { group.cancelAll() }
                while let found = try await group.next() {
                    if let found { return found }
                }
                preconditionFailure("a wait that does not throw has a status")
            }
            _ = try await shim.task(TaskMethod.delete, delete)
            return status
        } catch {
            _ = try? await shim.task(TaskMethod.delete, delete)
            throw error
        }
    }

    /// A process that has ended meanwhile needs no telling.
    private func tell(_ shim: ShimSession, _ event: Event) async {
        switch event {
        case .inputEnded:
            let request = TaskCloseIORequest.with { ($0.id, $0.execID, $0.stdin) = (id, execID, true) }
            _ = try? await shim.task(TaskMethod.closeIO, request)
        case .signal(SIGWINCH), .signal(SIGTSTP), .signal(SIGCONT):
            // Of this process's terminal, which the other one has not.
            break
        case .signal(let number):
            let request = TaskKillRequest.with {
                ($0.id, $0.execID, $0.signal) = (id, execID, UInt32(number))
            }
            _ = try? await shim.task(TaskMethod.kill, request)
        }
    }
}

/// What a thread came to, for the one that waits for it.
private final class RunResult: Sendable {
    private let result = Mutex<Result<UInt32, any Error>?>(nil)

    func set(_ found: Result<UInt32, any Error>) { result.withLock { $0 = found } }

    func get() throws -> UInt32 {
        guard let found = result.withLock({ $0 }) else { preconditionFailure("the thread has not ended") }
        return try found.get()
    }
}
