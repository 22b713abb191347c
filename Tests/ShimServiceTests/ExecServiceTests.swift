import ContainerdAPI
import ShimService
import SwiftProtobuf
import Synchronization
import TTRPC
import Testing

extension TestShim {
    func exec(_ id: String, _ exec: String, json: String = #"{"args":["probe"],"cwd":"/"}"#) async throws {
        _ = try await service.exec(
            .with {
                $0.id = id
                $0.execID = exec
                $0.stdout = "/fifos/\(exec)-stdout"
                $0.spec = Google_Protobuf_Any(json: Array(json.utf8), as: .process)
            }, context: context)
    }

    func start(_ id: String, exec: String) async throws -> TaskStartResponse {
        try await service.start(
            .with {
                $0.id = id
                $0.execID = exec
            }, context: context)
    }

    func delete(_ id: String, exec: String) async throws -> TaskDeleteResponse {
        try await service.delete(
            .with {
                $0.id = id
                $0.execID = exec
            }, context: context)
    }

    func state(_ id: String, exec: String) async throws -> TaskStateResponse {
        try await service.state(
            .with {
                $0.id = id
                $0.execID = exec
            }, context: context)
    }

    func kill(_ id: String, exec: String, _ signal: UInt32) async throws {
        _ = try await service.kill(
            .with {
                $0.id = id
                $0.execID = exec
                $0.signal = signal
            }, context: context)
    }

    func fake(_ id: String, exec: String) -> FakeExec {
        guard let fake = container(id).execs.withLock({ $0[exec] }) else { preconditionFailure("no exec \(exec)") }
        return fake
    }

    /// A shim with a task that runs.
    static func running(_ id: String) async throws -> TestShim {
        let shim = TestShim()
        _ = try await shim.create(id)
        _ = try await shim.start(id)
        return shim
    }
}

struct ExecServiceTests {
    @Test func theEventsOfAnExecComeInOrder() async throws {
        let shim = try await TestShim.running("a")
        try await shim.exec("a", "probe")
        #expect(try await shim.start("a", exec: "probe").pid == 200)
        shim.fake("a", exec: "probe").exit(3)
        #expect(try await shim.wait("a", exec: "probe").exitStatus == 3)
        let deleted = try await shim.delete("a", exec: "probe")
        #expect(deleted.exitStatus == 3 && deleted.pid == 200 && deleted.hasExitedAt)
        #expect(
            await shim.topics().suffix(3) == ["/tasks/exec-added", "/tasks/exec-started", "/tasks/exit"])
        #expect(await shim.code { try await shim.state("a", exec: "probe") } == .notFound)
        #expect(try await shim.state("a").status == .running)
        // The id is free again.
        try await shim.exec("a", "probe")
    }

    @Test func anExecThatWasNotStartedHasNoProcess() async throws {
        let shim = try await TestShim.running("a")
        try await shim.exec("a", "probe")
        let state = try await shim.state("a", exec: "probe")
        #expect(state.id == "probe" && state.execID == "probe" && state.pid == 0 && state.status == .created)
        #expect(state.stdout == "/fifos/probe-stdout")
        #expect(await shim.code { try await shim.kill("a", exec: "probe", 9) } == .failedPrecondition)
        #expect(await shim.code { try await shim.exec("a", "probe") } == .alreadyExists)
        let waiting = Task { await shim.code { try await shim.wait("a", exec: "probe") } }
        let deleted = try await shim.delete("a", exec: "probe")
        #expect(deleted.pid == 0 && !deleted.hasExitedAt)
        #expect(await waiting.value == .notFound)
    }

    @Test func anExitDuringStartIsPublishedAfterTheStart() async throws {
        let shim = try await TestShim.running("a")
        try await shim.exec("a", "probe")
        shim.container("a").on("exec") { shim.fake("a", exec: "probe").exit(1) }
        _ = try await shim.start("a", exec: "probe")
        #expect(await shim.topics().suffix(2) == ["/tasks/exec-started", "/tasks/exit"])
    }

    @Test func aStartThatFailedLeavesAnExecThatCanBeDeleted() async throws {
        let shim = try await TestShim.running("a")
        try await shim.exec("a", "probe")
        shim.container("a").on("exec") { throw FakeLauncher.Failure() }
        #expect(await shim.code { try await shim.start("a", exec: "probe") } == .unknown)
        #expect(await shim.code { try await shim.kill("a", exec: "probe", 9) } == .failedPrecondition)
        _ = try await shim.delete("a", exec: "probe")
        #expect(await shim.topics().last == "/tasks/exec-added")
    }

    @Test func onlyATaskThatIsThereTakesAnExec() async throws {
        let shim = TestShim()
        #expect(await shim.code { try await shim.exec("a", "probe") } == .notFound)
        _ = try await shim.create("a")
        try await shim.exec("a", "early")
        _ = try await shim.start("a", exec: "early")
        _ = try await shim.start("a")
        try await shim.exec("a", "late")
        try await shim.pause("a")
        #expect(await shim.code { try await shim.exec("a", "probe") } == .failedPrecondition)
        try await shim.resume("a")
        shim.container("a").exit(0)
        #expect(await shim.code { try await shim.exec("a", "probe") } == .failedPrecondition)
        #expect(await shim.code { try await shim.start("a", exec: "late") } == .failedPrecondition)
        _ = try await shim.delete("a", exec: "late")
    }

    @Test func aRequestThatIsWrongSaysSo() async throws {
        let shim = try await TestShim.running("a")
        #expect(await shim.code { try await shim.exec("a", "") } == .invalidArgument)
        #expect(await shim.code { try await shim.exec("a", "probe", json: #"{"args":"x"}"#) } == .invalidArgument)
        #expect(await shim.code { try await shim.start("a", exec: "other") } == .notFound)
    }

    @Test func aRunningExecIsSignalledAndListedByItsId() async throws {
        let shim = try await TestShim.running("a")
        try await shim.exec("a", "probe")
        _ = try await shim.start("a", exec: "probe")
        #expect(await shim.code { try await shim.start("a", exec: "probe") } == .failedPrecondition)
        #expect(await shim.code { try await shim.delete("a", exec: "probe") } == .failedPrecondition)
        try await shim.kill("a", exec: "probe", 15)
        _ = try await shim.service.resizePty(
            .with {
                $0.id = "a"
                $0.execID = "probe"
                $0.width = 80
                $0.height = 25
            }, context: shim.context)
        #expect(shim.fake("a", exec: "probe").calls.withLock { $0 } == ["signal 15", "resize 25 80"])
        let processes = try await shim.service.pids(.with { $0.id = "a" }, context: shim.context).processes
        let named = try processes.compactMap { process in
            try process.info.unpacked(as: RuncProcessDetails.self).map { (process.pid, $0.execID) }
        }
        #expect(named.count == 1 && named.first?.0 == 200 && named.first?.1 == "probe")
        shim.fake("a", exec: "probe").exit(143)
        #expect(await shim.code { try await shim.kill("a", exec: "probe", 15) } == .notFound)
    }

    @Test func stdinThatIsClosedBeforeTheStartIsClosedWithIt() async throws {
        let shim = try await TestShim.running("a")
        try await shim.exec("a", "probe")
        _ = try await shim.service.closeIO(
            .with {
                $0.id = "a"
                $0.execID = "probe"
                $0.stdin = true
            }, context: shim.context)
        _ = try await shim.start("a", exec: "probe")
        #expect(shim.fake("a", exec: "probe").calls.withLock { $0 } == ["closeStdin"])
    }
}
