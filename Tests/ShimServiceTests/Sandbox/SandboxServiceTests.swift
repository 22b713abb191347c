import Bundle
import ContainerdAPI
import Glibc
import LinuxSystem
import Logging
import OCISpec
import ShimService
import SwiftProtobuf
import Synchronization
import TTRPC
import Testing

/// The sandbox service over a fake launcher, in a bundle on disk.
struct SandboxServiceTests {
    private let folder: TemporaryFolder
    private let shim = TestShim()
    private let service: ShimSandboxService
    private let context = TTRPCRequestContext(service: SandboxMethod.serviceName, method: "test")

    init() throws {
        folder = try TemporaryFolder()
        service = ShimSandboxService(
            namespace: "ns", bundle: try Bundle(path: folder.path), options: LaunchOptions(),
            registry: shim.service.registry, launcher: shim.launcher, logger: Logger(label: "test")
        ) { [shutdowns = shim.shutdowns] in shutdowns.update { $0 += 1 } }
    }

    private var podExists: Bool { access("\(folder.path)/pod", F_OK) == 0 }

    private func create(
        _ id: String = "s1", _ change: (inout CRIPodSandboxConfig) -> Void = { _ in }
    ) async throws {
        // On the node's ipc, so that nothing is mounted.
        var config = CRIPodSandboxConfig()
        config.linux.securityContext.namespaceOptions.ipc = .node
        change(&config)
        let options = try Google_Protobuf_Any(packing: config)
        _ = try await service.create(
            .with {
                $0.sandboxID = id
                $0.bundlePath = folder.path
                $0.options = options
            }, context: context)
    }

    private func start(_ id: String = "s1") async throws -> SandboxStartSandboxResponse {
        try await service.start(.with { $0.sandboxID = id }, context: context)
    }

    private func status(_ id: String = "s1") async throws -> SandboxSandboxStatusResponse {
        try await service.status(.with { $0.sandboxID = id }, context: context)
    }

    private func stop(_ id: String = "s1") async throws {
        _ = try await service.stop(.with { $0.sandboxID = id }, context: context)
    }

    private func shutDown(_ id: String = "s1") async throws {
        _ = try await service.shutdown(.with { $0.sandboxID = id }, context: context)
    }

    @Test func aSandboxIsMadeStartedStoppedAndShutDown() async throws {
        try await create()
        #expect(shim.container("s1").request.isSandbox && shim.container("s1").request.bundle == "\(folder.path)/pod")
        #expect(try Bundle(path: "\(folder.path)/pod").loadConfig().spec.process?.args == ["martlet-sandbox"])
        #expect(try await status().state == "SANDBOX_NOTREADY")
        let started = try await start()
        #expect(started.pid == 100)
        let ready = try await status()
        #expect(ready.state == "SANDBOX_READY" && ready.pid == 100 && ready.createdAt == started.createdAt)
        #expect(!ready.hasExitedAt)
        _ = try await service.ping(.with { $0.sandboxID = "s1" }, context: context)
        #expect(
            try await service.metrics(.with { $0.sandboxID = "s1" }, context: context).metrics.data.typeURL == "stats")

        let fake = shim.container("s1")
        fake.on("signal") { fake.exit(137) }
        try await stop()
        #expect(fake.calls.withLock { $0 } == ["start", "signal 9 false"])
        let exit = try await service.wait(.with { $0.sandboxID = "s1" }, context: context)
        #expect(exit.exitStatus == 137)
        let stopped = try await status()
        #expect(stopped.state == "SANDBOX_NOTREADY" && stopped.exitedAt == exit.exitedAt)
        #expect(
            await shim.code { try await service.ping(.with { $0.sandboxID = "s1" }, context: context) }
                == .failedPrecondition)

        try await shutDown()
        #expect(fake.calls.withLock { $0.last } == "remove")
        #expect(!podExists && shim.shutdowns.update { $0 } == 1)
        #expect(await shim.topics().isEmpty, "a sandbox is no task")
    }

    @Test func theShimStaysWhileThereIsASandboxAndGivesItsFilesToContainers() async throws {
        try await create()
        _ = try await shim.create("c1")
        #expect(shim.container("c1").request.podFiles?.folder == "\(folder.path)/pod")
        #expect(shim.container("c1").request.podFiles?.hasSharedMemory == false)
        shim.container("c1").exit(0)
        _ = try await shim.delete("c1")
        _ = try await shim.service.shutdown(.with { $0.id = "c1" }, context: context)
        #expect(shim.shutdowns.update { $0 } == 0)
        try await shutDown()
        #expect(shim.shutdowns.update { $0 } == 1 && !podExists)
        #expect(await shim.code { try await shim.create("c2") } == .unavailable)
    }

    @Test func aSandboxThatCannotBeMadeLeavesNothingAndTheShimCanBeEnded() async throws {
        let failing = TestShim(FakeLauncher { _ in throw FakeLauncher.Failure() })
        let service = ShimSandboxService(
            namespace: "ns", bundle: try Bundle(path: folder.path), options: LaunchOptions(),
            registry: failing.service.registry, launcher: failing.launcher, logger: Logger(label: "test")
        ) { [shutdowns = failing.shutdowns] in shutdowns.update { $0 += 1 } }
        var config = CRIPodSandboxConfig()
        config.linux.securityContext.namespaceOptions.ipc = .node
        let options = try Google_Protobuf_Any(packing: config)
        await #expect(throws: FakeLauncher.Failure.self) {
            try await service.create(
                .with {
                    $0.sandboxID = "s1"
                    $0.options = options
                }, context: context)
        }
        #expect(!podExists)
        _ = try await service.shutdown(.with { $0.sandboxID = "s1" }, context: context)
        #expect(failing.shutdowns.update { $0 } == 1)
    }

    @Test func whatIsNotKnownIsRefused() async throws {
        #expect(await shim.code { try await status() } == .notFound)
        #expect(await shim.code { try await stop() } == .notFound)
        #expect(
            await shim.code {
                try await service.create(
                    .with {
                        $0.sandboxID = "s1"
                        $0.options.typeURL = "unknown.Type"
                    }, context: context)
            } == .invalidArgument)
        // Neither options nor config.json.
        #expect(
            await shim.code { try await service.create(.with { $0.sandboxID = "s1" }, context: context) }
                == .failedPrecondition)
        try await create()
        #expect(await shim.code { try await create() } == .alreadyExists)
        #expect(await shim.code { try await status("s2") } == .notFound)
        #expect(await shim.code { try await shutDown("s2") } == .notFound)
        #expect(
            await shim.code {
                _ = try await start(); _ = try await start()
            } == .failedPrecondition)
    }

    @Test func shutdownKillsWhatIsLeft() async throws {
        try await create()
        _ = try await start()
        _ = try await shim.create("c1")
        try await shutDown()
        #expect(shim.container("c1").calls.withLock { $0 } == ["abandon"])
        #expect(shim.container("s1").calls.withLock { $0 } == ["start", "abandon"])
        #expect(!podExists)
    }

    @Test func stopKillsTheContainersToo() async throws {
        try await create()
        _ = try await start()
        _ = try await shim.create("c1")
        let fake = shim.container("s1")
        fake.on("signal") { fake.exit(137) }
        try await stop()
        #expect(shim.container("c1").calls.withLock { $0 } == ["signal 9 true"])
        // It may be asked again.
        fake.on("signal") { throw TaskError(.notFound, "process already finished") }
        try await stop()
    }
}
