internal import ContainerdAPI
internal import NIOCore
internal import NIOPosix
internal import OCISpec
internal import SwiftProtobuf
internal import TTRPC

/// Runs one container after another through shims of their own, as containerd would, and measures each.
struct ShimRun: Sendable {
    let plan: Plan
    /// Where the client's calls live; the measuring task runs there too, so that no answer waits for another thread.
    let eventLoop: any EventLoop
    /// One thread, which waits for output.
    let threads: NIOThreadPool
    /// The socket of the events' service.
    let events: String

    /// One container from bundle to nothing. Whatever happens, nothing of it is left afterwards.
    func sample(_ contender: Plan.Contender, id: String) async throws -> CallSample {
        let spec = ContainerSpec.make(arguments: contender.arguments, cgroupsPath: "/\(plan.namespace)/\(id)")
        return try await withShim(contender, id: id, layer: contender.rootfs, spec: spec) { bundle, start in
            let started = try await start()
            var sample = try await calls(contender, bundle, started.shim)
            sample.startCommand = started.command
            sample.connect = started.connect
            await started.shim.shutDown(id)
            return sample
        }
    }

    /// A shim that has been started, and how long that took, milliseconds.
    struct Started: Sendable {
        let shim: ShimConnection
        /// The `start` command, from before it is spawned until it has ended and its answer is read.
        let command: Double
        /// Connecting to the address that it answered.
        let connect: Double
    }

    /// Makes a bundle, and ends and removes what has come of it, whatever happens.
    ///
    /// - Parameter body: what is measured: it gets the bundle, and what starts the bundle's shim and connects to it,
    ///   which it calls once. It has ended the shim when it returns.
    func withShim<Sample: Sendable>(
        _ contender: Plan.Contender, id: String, layer: String, spec: Spec,
        _ body: (ContainerBundle, () async throws -> Started) async throws -> Sample
    ) async throws -> Sample {
        defer {
            Sweep.folder("\(plan.folder)/\(id)")
            Sweep.cgroups(namespace: plan.namespace, id: id)
        }
        let bundle = try ContainerBundle(id: id, in: plan.folder, layer: layer, spec: spec)
        var address: ShimAddress?
        defer { Sweep.socket(address) }
        do {
            let sample = try await body(bundle) {
                let started = try command(contender, bundle, "start").succeed()
                let found = try ShimAddress(answer: started.output)
                address = found
                let beforeConnect = Moment.now
                let shim = try await ShimConnection(to: found, on: eventLoop)
                return Started(
                    shim: shim, command: started.milliseconds,
                    connect: Moment.now.milliseconds(since: beforeConnect))
            }
            guard Descendants.awaitEnd(milliseconds: 10_000) else {
                throw BenchError(.shimAnswer, "a process was left 10 s after Shutdown")
            }
            return sample
        } catch {
            bundle.stdout.giveUp()
            let complaints = bundle.complaints
            Descendants.killAll()
            // As containerd does after a shim that is gone.
            _ = try? command(contender, bundle, "delete").run()
            Descendants.killAll()
            throw BenchError(
                (error as? BenchError)?.code ?? .shimAnswer, "\(contender.name), container \(id)\(complaints)",
                cause: error)
        }
    }

    private func calls(
        _ contender: Plan.Contender, _ bundle: ContainerBundle, _ shim: ShimConnection
    ) async throws -> CallSample {
        let create = bundle.create
        var start = TaskStartRequest()
        start.id = bundle.id
        var wait = TaskWaitRequest()
        wait.id = bundle.id
        var delete = TaskDeleteRequest()
        delete.id = bundle.id

        let output = threads.runIfActive(eventLoop: eventLoop) { try bundle.stdout.firstByte(within: 30) }
        let beforeCreate = Moment.now
        _ = try await shim.call(TaskMethod.create, create)
        let created = Moment.now
        async let exit = shim.call(TaskMethod.wait, wait)
        let beforeStart = Moment.now
        _ = try await shim.call(TaskMethod.start, start)
        let started = Moment.now
        let status = try await exit.exitStatus
        let beforeDelete = Moment.now
        _ = try await shim.call(TaskMethod.delete, delete)
        let deleted = Moment.now
        guard status == 0 else { throw BenchError(.container, "the container's exit code is \(status)") }
        let firstOutput = try await output.get()
        let text = try bundle.stdout.read()
        guard text.hasPrefix(contender.output) else {
            throw BenchError(.container, "the container wrote '\(text)', not '\(contender.output)…'")
        }
        return CallSample(
            startCommand: 0, connect: 0, create: created.milliseconds(since: beforeCreate),
            start: started.milliseconds(since: beforeStart), delete: deleted.milliseconds(since: beforeDelete),
            firstOutputFromCreate: firstOutput.milliseconds(since: beforeCreate),
            firstOutputFromStart: firstOutput.milliseconds(since: beforeStart),
            total: deleted.milliseconds(since: beforeCreate))
    }

    /// One of the shim's commands with the flags, folder and environment that containerd 1.6 gives it.
    private func command(_ contender: Plan.Contender, _ bundle: ContainerBundle, _ verb: String) -> ChildProcess {
        var arguments = [
            "-namespace", plan.namespace, "-address", plan.address, "-publish-binary", "/bin/true", "-id", bundle.id,
        ]
        if verb == "delete" { arguments += ["-bundle", bundle.path] }
        return ChildProcess(
            program: contender.shim, arguments: arguments + [verb],
            environment: [
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
                "TTRPC_ADDRESS": events, "GOMAXPROCS": "4",
            ], folder: bundle.path)
    }
}
