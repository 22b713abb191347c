internal import ContainerdAPI
internal import FoundationEssentials
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import OCISpec
internal import SwiftProtobuf

/// A container that sleeps, with the shim that serves it.
struct IdleContainer: Sendable {
    let contender: Plan.Contender
    let bundle: ContainerBundle
    let address: ShimAddress
    let shim: ShimConnection
}

extension ShimRun {
    /// Measures processes of exec, of all contenders in turn, each in a container that sleeps meanwhile. Whatever
    /// happens, nothing is left of them afterwards.
    func execs() async throws -> [(Plan.Turn, ExecSample)] {
        var idle: [IdleContainer] = []
        var samples: [(Plan.Turn, ExecSample)] = []
        do {
            for contender in plan.contenders { idle.append(try await startIdle(contender)) }
            for turn in plan.turns {
                try Interruption.check()
                samples.append((turn, try await exec(turn.id, in: idle[turn.contender])))
            }
            for container in idle { try await end(container) }
        } catch {
            Descendants.killAll()
            idle.forEach(sweep)
            throw error
        }
        idle.forEach(sweep)
        return samples
    }

    private func startIdle(_ contender: Plan.Contender) async throws -> IdleContainer {
        let id = "\(contender.name)-idle"
        let bundle = try ContainerBundle(
            id: id, in: plan.folder, layer: contender.rootfs,
            spec: ContainerSpec.make(arguments: contender.idleArguments, cgroupsPath: "/\(plan.namespace)/\(id)"))
        do {
            let address = try ShimAddress(answer: command(contender, bundle, "start").succeed().output)
            let shim = try await ShimConnection(to: address, on: eventLoop)
            _ = try await shim.call(TaskMethod.create, bundle.create)
            _ = try await shim.call(TaskMethod.start, .with { $0.id = id })
            return IdleContainer(contender: contender, bundle: bundle, address: address, shim: shim)
        } catch {
            let complaints = bundle.complaints
            Descendants.killAll()
            _ = try? command(contender, bundle, "delete").run()
            Sweep.folder(bundle.folder)
            Sweep.cgroups(namespace: plan.namespace, id: id)
            throw BenchError(.shimAnswer, "\(contender.name), a container to exec in\(complaints)", cause: error)
        }
    }

    /// One process from Exec to Delete.
    private func exec(_ id: String, in container: IdleContainer) async throws -> ExecSample {
        let (shim, contender) = (container.shim, container.contender)
        let stdout = try OutputFIFO("\(container.bundle.folder)/\(id)")
        let stderr = try OutputFIFO("\(container.bundle.folder)/\(id)-stderr")
        guard let process = ContainerSpec.make(arguments: contender.arguments, cgroupsPath: "/").process else {
            preconditionFailure("a specification without a process")
        }
        var request = TaskExecProcessRequest()
        request.id = container.bundle.id
        request.execID = id
        request.stdout = stdout.path
        request.stderr = stderr.path
        request.spec = Google_Protobuf_Any(json: try JSONEncoder().encode(process), as: .process)
        var start = TaskStartRequest()
        start.id = container.bundle.id
        start.execID = id
        var wait = TaskWaitRequest()
        wait.id = container.bundle.id
        wait.execID = id
        var delete = TaskDeleteRequest()
        delete.id = container.bundle.id
        delete.execID = id

        let output = threads.runIfActive(eventLoop: eventLoop) { try stdout.firstByte(within: 30) }
        let beforeExec = Moment.now
        _ = try await shim.call(TaskMethod.exec, request)
        async let exit = shim.call(TaskMethod.wait, wait)
        _ = try await shim.call(TaskMethod.start, start)
        let started = Moment.now
        let status = try await exit.exitStatus
        _ = try await shim.call(TaskMethod.delete, delete)
        let deleted = Moment.now
        let text = try stdout.read()
        guard status == 0, text.hasPrefix(contender.output) else {
            stdout.giveUp()
            throw BenchError(
                .container, "\(contender.name): a process of exec ended with \(status), and wrote '\(text)'")
        }
        return ExecSample(
            execAndStart: started.milliseconds(since: beforeExec),
            firstOutput: try await output.get().milliseconds(since: beforeExec),
            total: deleted.milliseconds(since: beforeExec))
    }

    private func end(_ container: IdleContainer) async throws {
        let id = container.bundle.id
        _ = try await container.shim.call(
            TaskMethod.kill,
            .with {
                $0.id = id
                $0.signal = UInt32(SIGKILL)
            })
        _ = try await container.shim.call(TaskMethod.wait, .with { $0.id = id })
        _ = try await container.shim.call(TaskMethod.delete, .with { $0.id = id })
        await container.shim.shutDown(id)
    }

    private func sweep(_ container: IdleContainer) {
        _ = Descendants.awaitEnd(milliseconds: 10_000)
        Sweep.folder(container.bundle.folder)
        Sweep.cgroups(namespace: plan.namespace, id: container.bundle.id)
        Sweep.socket(container.address)
    }
}
