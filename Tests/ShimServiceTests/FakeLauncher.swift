import ContainerdAPI
import OCISpec
import ShimService
import SwiftProtobuf
import Synchronization

/// Containers that are nothing but what a test says of them.
final class FakeLauncher: ContainerLauncher {
    struct Failure: Error, Equatable {}

    let containers = Mutex<[String: FakeContainer]>([:])
    /// What `create` does when it is called, before it answers.
    let onCreate: @Sendable (FakeContainer) throws -> Void

    init(onCreate: @escaping @Sendable (FakeContainer) throws -> Void = { _ in }) {
        self.onCreate = onCreate
    }

    func create(_ request: LaunchRequest, observer: any ContainerObserver) throws -> any ContainerControl {
        let container = containers.withLock { containers in
            let container = FakeContainer(pid: Int32(100 + containers.count), request: request, observer: observer)
            containers[request.identity.id] = container
            return container
        }
        try onCreate(container)
        return container
    }

    /// It makes nothing ahead.
    func abandonPreparations() {}

    func container(_ id: String) -> FakeContainer? { containers.withLock { $0[id] } }
}

final class FakeContainer: ContainerControl {
    let pid: Int32
    let request: LaunchRequest
    let observer: any ContainerObserver
    /// What was called, in order.
    let calls = Mutex<[String]>([])
    /// Run by the call of that name.
    let hooks = Mutex<[String: @Sendable () throws -> Void]>([:])

    init(pid: Int32, request: LaunchRequest, observer: any ContainerObserver) {
        self.pid = pid
        self.request = request
        self.observer = observer
    }

    func on(_ call: String, _ body: @escaping @Sendable () throws -> Void) {
        hooks.withLock { $0[call] = body }
    }

    private let hasEnded = Mutex(false)

    func exit(_ status: UInt32) {
        hasEnded.withLock { $0 = true }
        observer.containerExited(ProcessExit(pid: pid, status: status))
    }

    /// Those made by exec, by their ids.
    let execs = Mutex<[String: FakeExec]>([:])

    func exec(
        _ request: ExecLaunchRequest, exited: @escaping @Sendable (ProcessExit) -> Void
    ) throws -> any ProcessControl {
        let exec = execs.withLock { execs in
            let exec = FakeExec(pid: pid + 100 + Int32(execs.count), exited: exited)
            execs[request.id] = exec
            return exec
        }
        try called("exec", " \(request.process.args ?? [])")
        return exec
    }

    private func called(_ call: String, _ detail: String = "") throws {
        calls.withLock { $0.append(call + detail) }
        try hooks.withLock { $0[call] }?()
    }

    func start() throws { try called("start") }
    func signal(_ signal: Int32, all: Bool) throws { try called("signal", " \(signal) \(all)") }
    func pids() throws -> [Int32] {
        hasEnded.withLock { $0 } ? [] : [pid, pid + 1] + execs.withLock { $0.values.map(\.pid) }
    }
    func pause() throws { try called("pause") }
    func resume() throws { try called("resume") }
    func update(_ resources: LinuxResources) throws { try called("update", " \(resources.memory?.limit ?? 0)") }
    func stats() throws -> Google_Protobuf_Any { .with { $0.typeURL = "stats" } }
    func closeStdin() { try? called("closeStdin") }
    func resize(rows: UInt16, columns: UInt16) throws { try called("resize", " \(rows) \(columns)") }
    func remove() throws { try called("remove") }
    func abandon() { try? called("abandon") }
}

final class FakeExec: ProcessControl {
    let pid: Int32
    let exited: @Sendable (ProcessExit) -> Void
    let calls = Mutex<[String]>([])

    init(pid: Int32, exited: @escaping @Sendable (ProcessExit) -> Void) {
        self.pid = pid
        self.exited = exited
    }

    func exit(_ status: UInt32) { exited(ProcessExit(pid: pid, status: status)) }

    func signal(_ signal: Int32, all: Bool) throws { calls.withLock { $0.append("signal \(signal)") } }
    func closeStdin() { calls.withLock { $0.append("closeStdin") } }
    func resize(rows: UInt16, columns: UInt16) throws { calls.withLock { $0.append("resize \(rows) \(columns)") } }
    func remove() throws { calls.withLock { $0.append("remove") } }
}
