internal import ContainerdAPI
internal import FoundationEssentials
internal import Glibc
internal import OCISpec
internal import SwiftProtobuf

/// Makes one pod's sandbox after another through shims of their own, and removes it: as a pause container, or by the
/// sandbox API, where the shim holds the namespaces itself.
struct SandboxRun: Sendable {
    /// What comes to rest before memory is read, microseconds.
    private static let rest: UInt32 = 50_000

    /// The calls' shims and folders.
    let run: ShimRun
    let sandbox: Plan.Sandbox

    /// Whatever happens, nothing of it is left afterwards.
    ///
    /// - Parameter byAPI: whether there is no pause container.
    func sample(_ contender: Plan.Contender, id: String, byAPI: Bool) async throws -> SandboxSample {
        let plan = run.plan
        let spec = ContainerSpec.make(arguments: sandbox.arguments, cgroupsPath: "/\(plan.namespace)/\(id)")
        return try await run.withShim(contender, id: id, layer: sandbox.rootfs, spec: spec) { bundle, start in
            if byAPI { try FileManager.default.removeItem(atPath: "\(bundle.path)/config.json") }
            let began = Moment.now
            let shim = try await start().shim
            let pid = byAPI ? try await create(bundle, shim) : try await createPause(bundle, shim)
            let milliseconds = Moment.now.milliseconds(since: began)
            usleep(Self.rest)
            let rollup = try String(contentsOfFile: "/proc/\(pid)/smaps_rollup", encoding: .utf8)
            guard let memory = MemorySample(rollup: rollup, role: .sandbox, pid: pid_t(pid), name: id) else {
                throw BenchError(.processes, "/proc/\(pid)/smaps_rollup lacks a field")
            }
            try await byAPI ? remove(bundle, shim) : removePause(bundle, shim)
            return SandboxSample(milliseconds: milliseconds, pss: memory.pss)
        }
    }

    private func createPause(_ bundle: ContainerBundle, _ shim: ShimConnection) async throws -> UInt32 {
        _ = try await shim.call(TaskMethod.create, bundle.create)
        return try await shim.call(TaskMethod.start, .with { $0.id = bundle.id }).pid
    }

    private func removePause(_ bundle: ContainerBundle, _ shim: ShimConnection) async throws {
        _ = try await shim.call(
            TaskMethod.kill,
            .with {
                $0.id = bundle.id
                $0.signal = UInt32(SIGKILL)
            })
        _ = try await shim.call(TaskMethod.wait, .with { $0.id = bundle.id })
        _ = try await shim.call(TaskMethod.delete, .with { $0.id = bundle.id })
        await shim.shutDown(bundle.id)
    }

    private func create(_ bundle: ContainerBundle, _ shim: ShimConnection) async throws -> UInt32 {
        var config = CRIPodSandboxConfig()
        config.hostname = bundle.id
        config.linux.cgroupParent = "/\(run.plan.namespace)"
        let options = try Google_Protobuf_Any(packing: config)
        _ = try await shim.call(
            SandboxMethod.create,
            .with {
                $0.sandboxID = bundle.id
                $0.bundlePath = bundle.path
                $0.options = options
            }, of: SandboxMethod.serviceName)
        return try await shim.call(
            SandboxMethod.start, .with { $0.sandboxID = bundle.id }, of: SandboxMethod.serviceName
        ).pid
    }

    private func remove(_ bundle: ContainerBundle, _ shim: ShimConnection) async throws {
        _ = try await shim.call(
            SandboxMethod.stop, .with { $0.sandboxID = bundle.id }, of: SandboxMethod.serviceName)
        // The shim may be gone before it answers.
        _ = try? await shim.call(
            SandboxMethod.shutdown, .with { $0.sandboxID = bundle.id }, of: SandboxMethod.serviceName)
        await shim.close()
    }
}
