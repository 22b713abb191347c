import ContainerdAPI
import Glibc
import Logging
import ShimService
import SwiftProtobuf
import Synchronization
import TTRPC
import Testing

struct TaskServiceTests {
    @Test func theEventsOfALifeComeInOrder() async throws {
        let shim = TestShim()
        #expect(try await shim.create("a").pid == 100)
        #expect(try await shim.start("a").pid == 100)
        shim.container("a").exit(7)
        let deleted = try await shim.delete("a")
        #expect(deleted.exitStatus == 7 && deleted.pid == 100 && deleted.hasExitedAt)
        #expect(await shim.topics() == ["/tasks/create", "/tasks/start", "/tasks/exit", "/tasks/delete"])
        #expect(await shim.code { try await shim.state("a") } == .notFound)
    }

    @Test func anExitDuringStartIsPublishedAfterTheStart() async throws {
        let shim = TestShim()
        _ = try await shim.create("a")
        let container = shim.container("a")
        container.on("start") { container.exit(1) }
        _ = try await shim.start("a")
        #expect(await shim.topics() == ["/tasks/create", "/tasks/start", "/tasks/exit"])
        #expect(try await shim.wait("a").exitStatus == 1)
    }

    @Test func anExitDuringCreateIsPublishedAfterTheCreate() async throws {
        let shim = TestShim(FakeLauncher { $0.exit(2) })
        _ = try await shim.create("a")
        #expect(await shim.topics() == ["/tasks/create", "/tasks/exit"])
        #expect(try await shim.state("a").status == .stopped)
    }

    @Test func aCreateThatFailsLeavesNoTaskAndNoEvent() async throws {
        let shim = TestShim(FakeLauncher { _ in throw FakeLauncher.Failure() })
        #expect(await shim.code { try await shim.create("a") } == .unknown)
        #expect(await shim.code { try await shim.state("a") } == .notFound)
        #expect(await shim.topics() == [])
    }

    @Test func anIdThatIsTakenIsRefused() async throws {
        let shim = TestShim()
        _ = try await shim.create("a")
        #expect(await shim.code { try await shim.create("a") } == .alreadyExists)
    }

    @Test func aTaskThatIsBeingCreatedIsNotThereYet() async throws {
        let isCreating = Monitored(false)
        let mayGoOn = Monitored(false)
        let shim = TestShim(
            FakeLauncher { _ in
                isCreating.update { $0 = true }
                _ = mayGoOn.wait { $0 ? true : nil }
            })
        async let created = shim.create("a")
        await blocking { _ = isCreating.wait { $0 ? true : nil } }
        #expect(await shim.code { try await shim.kill("a", 9) } == .notFound)
        #expect(await shim.code { try await shim.create("a") } == .alreadyExists)
        mayGoOn.update { $0 = true }
        _ = try await created
        try await shim.kill("a", 9)
    }

    @Test func startTwiceAndDeleteOfARunningTaskAreRefused() async throws {
        let shim = TestShim()
        _ = try await shim.create("a")
        #expect(await shim.code { try await shim.delete("a") } == .failedPrecondition)
        _ = try await shim.start("a")
        #expect(await shim.code { try await shim.start("a") } == .failedPrecondition)
        #expect(await shim.code { try await shim.delete("a") } == .failedPrecondition)
    }

    @Test func aFinishedTaskIsNotFoundByKill() async throws {
        let shim = TestShim()
        _ = try await shim.create("a")
        try await shim.kill("a", 15)
        shim.container("a").exit(143)
        #expect(await shim.code { try await shim.kill("a", 15) } == .notFound)
        #expect(shim.container("a").calls.withLock { $0 } == ["signal 15 false"])
    }

    @Test func aFinishedTaskHasItsFirstProcessUntilItIsDeleted() async throws {
        let shim = try await TestShim.running("a")
        let fake = shim.container("a")
        func pids() async throws -> [UInt32] {
            try await shim.service.pids(.with { $0.id = "a" }, context: shim.context).processes.map(\.pid)
        }
        #expect(try await pids() == [UInt32(fake.pid), UInt32(fake.pid) + 1])
        fake.exit(3)
        #expect(try await pids() == [UInt32(fake.pid)])
        _ = try await shim.delete("a")
        await #expect(throws: (any Error).self) { try await pids() }
    }

    @Test func aTaskThatWasCreatedTellsItsPidAndStdio() async throws {
        let shim = TestShim()
        _ = try await shim.create("a")
        let state = try await shim.state("a")
        #expect(state.pid == 100 && state.status == .created && state.bundle == "/bundles/a")
        #expect(state.stdout == "/fifos/a-stdout")
        _ = try await shim.start("a")
        #expect(try await shim.state("a").status == .running)
    }

    @Test func aTaskWhoseStartFailedCanBeKilledAndDeleted() async throws {
        let shim = TestShim()
        _ = try await shim.create("a")
        let container = shim.container("a")
        container.on("start") { throw FakeLauncher.Failure() }
        #expect(await shim.code { try await shim.start("a") } == .unknown)
        #expect(try await shim.state("a").status == .created)
        container.exit(137)
        _ = try await shim.delete("a")
    }

    @Test func aDeleteThatFailsKeepsTheTask() async throws {
        let shim = TestShim()
        _ = try await shim.create("a")
        let container = shim.container("a")
        container.exit(0)
        container.on("remove") { throw FakeLauncher.Failure() }
        #expect(await shim.code { try await shim.delete("a") } == .unknown)
        container.on("remove") {}
        _ = try await shim.delete("a")
    }

    @Test func pauseAndResumePublishWhatTheyDid() async throws {
        let shim = TestShim()
        _ = try await shim.create("a")
        #expect(await shim.code { try await shim.pause("a") } == .failedPrecondition)
        _ = try await shim.start("a")
        try await shim.pause("a")
        #expect(try await shim.state("a").status == .paused)
        try await shim.resume("a")
        #expect(try await shim.state("a").status == .running)
        #expect(await shim.topics().suffix(2) == ["/tasks/paused", "/tasks/resumed"])
    }

    @Test func updateTakesTheResourcesThatContainerdSends() async throws {
        let shim = TestShim()
        _ = try await shim.create("a")
        try await shim.update("a", json: #"{"memory":{"limit":1048576}}"#)
        #expect(shim.container("a").calls.withLock { $0 } == ["update 1048576"])
        #expect(await shim.code { try await shim.update("a", json: #"{"memory":{"limit":"x"}}"#) } == .invalidArgument)
        #expect(await shim.code { try await shim.update("a", json: "{}", type: "other") } == .invalidArgument)
    }

    @Test func waitingEndsWithTheProcessAndWithItsCaller() async throws {
        let shim = TestShim()
        _ = try await shim.create("a")
        let patient = Task { try await shim.wait("a").exitStatus }
        let gone = Task { try await shim.wait("a").exitStatus }
        gone.cancel()
        await #expect(throws: CancellationError.self) { try await gone.value }
        shim.container("a").exit(5)
        #expect(try await patient.value == 5)
        #expect(try await shim.wait("a").exitStatus == 5)
    }

    @Test func whatIsNotThereYetSaysSo() async throws {
        let shim = TestShim()
        _ = try await shim.create("a")
        #expect(await shim.code { try await shim.service.checkpoint(.init(), context: shim.context) } == .unimplemented)
        #expect(await shim.code { try await shim.wait("a", exec: "probe") } == .notFound)
    }

    @Test func theShimShutsDownOnlyWithoutTasks() async throws {
        let shim = TestShim()
        _ = try await shim.create("a")
        _ = try await shim.service.shutdown(.init(), context: shim.context)
        #expect(shim.shutdowns.update { $0 } == 0)
        shim.container("a").exit(0)
        _ = try await shim.delete("a")
        _ = try await shim.service.shutdown(.init(), context: shim.context)
        #expect(shim.shutdowns.update { $0 } == 1)
        #expect(await shim.code { try await shim.create("b") } == .unavailable)
    }

    @Test func bothVersionsOfTheServiceAreServed() {
        #expect(Set(TestShim().service.services.map(\.name)) == ["containerd.task.v2.Task", "containerd.task.v3.Task"])
    }

    @Test func connectTellsTheShimsPidForAnyTask() async throws {
        let shim = TestShim()
        _ = try await shim.create("a")
        let found = try await shim.service.connect(.with { $0.id = "a" }, context: shim.context)
        #expect(found.shimPid == UInt32(getpid()) && found.taskPid == 100)
        #expect(try await shim.service.connect(.with { $0.id = "b" }, context: shim.context).taskPid == 0)
    }
}

/// Runs what blocks where it does no harm.
func blocking(_ body: @escaping @Sendable () -> Void) async {
    try? await BlockingWork.run("test") { body() }
}
