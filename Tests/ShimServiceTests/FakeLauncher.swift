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

    func exit(_ status: UInt32) {
        observer.containerExited(ProcessExit(pid: pid, status: status))
    }

    private func called(_ call: String, _ detail: String = "") throws {
        calls.withLock { $0.append(call + detail) }
        try hooks.withLock { $0[call] }?()
    }

    func start() throws { try called("start") }
    func signal(_ signal: Int32, all: Bool) throws { try called("signal", " \(signal) \(all)") }
    func pids() throws -> [Int32] { [pid, pid + 1] }
    func pause() throws { try called("pause") }
    func resume() throws { try called("resume") }
    func update(_ resources: LinuxResources) throws { try called("update", " \(resources.memory?.limit ?? 0)") }
    func stats() throws -> Google_Protobuf_Any { .with { $0.typeURL = "stats" } }
    func closeStdin() { try? called("closeStdin") }
    func resize(rows: UInt16, columns: UInt16) throws { try called("resize", " \(rows) \(columns)") }
    func remove() throws { try called("remove") }
    func abandon() { try? called("abandon") }
}
