internal import Bundle
internal import ContainerInit
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import SystemPackage
internal import WasmHost

/// The step from the zygote to a process of a container, its first or one of exec. All that can fail for the container's
/// sake has been tried before the fork.
struct ContainerFork {
    private let pending: PendingCreate
    private let plan: any PlannedProcess
    private let guest: Guest?
    private let host: GuestHost

    fileprivate struct Guest {
        let code: GuestCode
        let program: GuestProgram
        let invocation: GuestInvocation
        let title: ProcessTitle
    }

    /// - Parameter code: the module's code; nil for any other entrypoint.
    /// - Throws: `SpecError` or `GuestError`: the specification, or the guest, can't be run here.
    init(_ pending: PendingCreate, _ bundle: PreparedBundle, code: GuestCode?, _ supply: GuestSupply) throws {
        self.pending = pending
        host = supply.host
        let request = pending.request
        var plan = try Self.plan(pending, bundle)
        plan.profile = bundle.filter
        plan.standardIO = [pending[.stdin], pending[.stdout], pending[.stderr]]
        guard let code, case .wasm(let path, let function) = request.entrypoint else {
            guest = nil
            self.plan = plan
            return
        }
        plan.guestFilter = try supply.filter(request.options.guestSeccomp)
        self.plan = plan
        let arguments = plan.process.arguments
        guest = Guest(
            code: code,
            program: try GuestProgram(code, name: path, function: function, host: host),
            invocation: try GuestInvocation(
                arguments: arguments, environment: plan.process.environment, memoryLimit: request.guestMemoryLimit),
            title: ProcessTitle(arguments: arguments, name: String(path.split(separator: "/").last ?? "wasm")))
    }

    private static func plan(_ pending: PendingCreate, _ bundle: PreparedBundle) throws -> any PlannedProcess {
        let request = pending.request
        var spec = bundle.config.spec
        if !request.podMounts.isEmpty {
            let places = Set(request.podMounts.map(\.destination))
            spec.mounts = (spec.mounts ?? []).filter { !places.contains($0.destination) } + request.podMounts
        }
        guard let target = request.exec else { return try ContainerPlan(spec, request: request) }
        guard let containerInit = pending[.containerInit], let root = pending[.root] else {
            throw ContainerFailure(
                .protocolViolation, step: "exec in \(request.id)",
                message: "the container's first process and its root did not come with the request")
        }
        return try ExecPlan(spec, request: request, target: target, containerInit: containerInit, root: root)
    }

    /// Forks. The child tells the shim how it gets on, over the container's control channel; without one there is
    /// nobody to tell.
    func run() throws {
        guard let control = pending[.control] else { return }
        guard let guest else {
            let isParked = pending.request.entrypoint == .parked
            let title = ProcessTitle(arguments: plan.process.arguments + [plan.id], name: "martlet-sandbox")
            return try plan.forkFirstChild(control: control, program: isParked ? .parked(title) : .native)
        }
        let host = host
        let program = Program.Guest(code: guest.code.descriptors, title: guest.title) { guest.run(on: host) }
        try plan.forkFirstChild(control: control, program: .guest(program))
    }
}

extension ContainerFork.Guest {
    /// Runs the guest to its end, and the process with it. Standard error takes what there is to say of it.
    func run(on host: GuestHost) -> Never {
        do throws(GuestError) {
            let end = try GuestRun(program, invocation, host: host).run()
            if let report = end.report { tell(report) }
            _exit(end.exitCode)
        } catch {
            tell("martlet: \(error)\n")
            _exit(GuestEnd.notRun)
        }
    }

    private func tell(_ text: String) {
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
