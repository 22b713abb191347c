internal import Bundle
internal import ContainerInit
internal import EngineProtocol
internal import Glibc
internal import HTTPPolicy
internal import LinuxSystem
internal import OCISpec
internal import SystemPackage
internal import Wasm
internal import WasmHost

/// The step from the zygote to a process of a container, its first or one of exec. All that can fail for the container's
/// sake has been tried before the fork.
struct ContainerFork {
    let plan: any PlannedProcess
    private let descriptors: RequestDescriptors
    private let guest: Guest?
    private let host: GuestHost
    private let isParked: Bool

    fileprivate struct Guest {
        let code: GuestCode
        let program: GuestProgram
        let invocation: GuestInvocation
        /// Serves it, if it is one that is served.
        let serve: (() throws(GuestError) -> Void)?
        /// Of a command that sends requests: see `GuestClient`.
        let surroundings: (() -> any GuestSurroundings)?
        let title: ProcessTitle
    }

    /// - Parameter code: the module's code; nil for any other entrypoint.
    /// - Throws: `SpecError` or `GuestError`: the specification, or the guest, can't be run here.
    init(
        _ request: CreateRequest, _ descriptors: RequestDescriptors, _ bundle: PreparedBundle, code: GuestCode?,
        _ supply: GuestSupply
    ) throws {
        self.descriptors = descriptors
        host = supply.host
        isParked = request.entrypoint == .parked
        var plan = try Self.plan(request, descriptors, bundle)
        plan.profile = bundle.filter
        plan.standardIO = [descriptors[.stdin], descriptors[.stdout], descriptors[.stderr]]
        guard let code, case .wasm(let path, let function) = request.entrypoint else {
            guest = nil
            plan.preserved = descriptors.preserved
            self.plan = plan
            return
        }
        let program = try GuestProgram(
            code, name: path, function: function, host: host, servesModule: request.servesModule(bundle))
        let outgoing = try Self.outgoing(bundle)
        let isServed = program.served != nil
        plan.guestFilter = try supply.filter(
            request.options.guestSeccomp, hasHTTP: isServed || program.client != nil)
        self.plan = plan
        let arguments = plan.process.arguments
        let invocation = try GuestInvocation(
            arguments: arguments, environment: plan.process.environment, memoryLimit: request.guestMemoryLimit)
        var serve: (() throws(GuestError) -> Void)?
        if isServed, let service = host.service {
            serve = try service.plan(
                program, invocation, annotations: bundle.config.spec.annotations ?? [:], host: host,
                report: Guest.tell)
        }
        var surroundings: (() -> any GuestSurroundings)?
        if let component = program.client {
            surroundings = host.client?.plan(
                component, invocation, outgoing: outgoing, host: host, report: Guest.tell)
        }
        guest = Guest(
            code: code, program: program, invocation: invocation, serve: serve, surroundings: surroundings,
            title: ProcessTitle(arguments: arguments, name: String(path.split(separator: "/").last ?? "wasm")))
    }

    /// Where the guest may send HTTP requests to.
    private static func outgoing(_ bundle: PreparedBundle) throws(GuestError) -> OutgoingPolicy {
        guard let list = bundle.config.spec.annotations?[OutgoingPolicy.annotation] else { return OutgoingPolicy() }
        guard let policy = OutgoingPolicy(list) else {
            throw GuestError(.invalidArgument, OutgoingPolicy.complaint(of: list))
        }
        return policy
    }

    private static func plan(
        _ request: CreateRequest, _ descriptors: RequestDescriptors, _ bundle: PreparedBundle
    ) throws -> any PlannedProcess {
        var spec = bundle.config.spec
        if !request.podMounts.isEmpty {
            let places = Set(request.podMounts.map(\.destination))
            spec.mounts = (spec.mounts ?? []).filter { !places.contains($0.destination) } + request.podMounts
        }
        let added = request.options.environment
        if !added.isEmpty {
            let own = spec.process?.env ?? []
            spec.process?.env = own + added
        }
        guard var target = request.exec else { return try ContainerPlan(spec, request: request) }
        if !added.isEmpty { target.process.env = (target.process.env ?? []) + added }
        guard let containerInit = descriptors[.containerInit], let root = descriptors[.root] else {
            throw ContainerFailure(
                .protocolViolation, step: "exec in \(request.id)",
                message: "the container's first process and its root did not come with the request")
        }
        return try ExecPlan(spec, request: request, target: target, containerInit: containerInit, root: root)
    }

    var program: Program {
        guard let guest else {
            guard isParked else { return .native }
            return .parked(ProcessTitle(arguments: plan.process.arguments + [plan.id], name: "martlet-sandbox"))
        }
        let host = host
        let kept = guest.code.descriptors + (host.tracer?.descriptors ?? [])
        return .guest(
            Program.Guest(code: kept, title: guest.title) { proc in
                // Where it can't be had, memories are cleared another way.
                guard let memories = host.memories, let pagemap = try? proc.openToRead("self/pagemap") else {
                    return []
                }
                let descriptor = pagemap.release()
                memories.take(pagemap: descriptor)
                return [descriptor]
            } run: {
                guest.run(on: host)
            })
    }

    /// Forks. The child tells the shim how it gets on, over the container's control channel (borrowed).
    func run(control: Int32) throws {
        try withExtendedLifetime(descriptors) { try plan.forkFirstChild(control: control, program: program) }
    }
}

extension ContainerFork.Guest {
    /// Runs the guest to its end, and the process with it. Standard error takes what there is to say of it.
    func run(on host: GuestHost) -> Never {
        do throws(GuestError) {
            if let serve {
                try serve()
                _exit(0)
            }
            let end = try GuestRun(program, invocation, host: host, surroundings: surroundings?()).run()
            if let report = end.report { Self.tell(report) }
            _exit(end.exitCode)
        } catch {
            Self.tell("martlet: \(error)\n")
            _exit(GuestEnd.notRun)
        }
    }

    /// From any thread.
    @Sendable fileprivate static func tell(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                guard case .success(let count) = attempt({ write(2, rest.baseAddress, rest.count) }) else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            }
        }
    }
}
