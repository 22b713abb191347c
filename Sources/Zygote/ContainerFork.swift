internal import Bundle
internal import ContainerInit
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import SystemPackage
internal import WASIHTTP
internal import WasmHost

/// The step from the zygote to a process of a container, its first or one of exec. All that can fail for the container's
/// sake has been tried before the fork.
struct ContainerFork {
    private let pending: PendingCreate
    private let plan: any PlannedProcess
    private let guest: Guest?

    fileprivate struct Guest {
        let code: GuestCode
        let host: GuestHost
        let program: GuestProgram
        let invocation: GuestInvocation
        /// Of one that is served.
        let serving: ServerSettings?
        let title: ProcessTitle
    }

    /// - Parameter loaded: the module's code; nil for a native entrypoint.
    /// - Throws: `SpecError` or `GuestError`: the specification, or the guest, can't be run here.
    init(
        _ pending: PendingCreate, _ bundle: PreparedBundle, _ loaded: GuestSupply.Guest?, _ supply: GuestSupply
    ) throws {
        self.pending = pending
        let request = pending.request
        var plan = try Self.plan(pending, bundle)
        plan.profile = bundle.filter
        plan.standardIO = [pending[.stdin], pending[.stdout], pending[.stderr]]
        guard let loaded, case .wasm(let path, let function) = request.entrypoint else {
            guest = nil
            self.plan = plan
            return
        }
        let program = try GuestProgram(loaded.code, name: path, function: function, host: loaded.host)
        plan.guestFilter = try supply.filter(request.options.guestSeccomp, serving: program.isServer)
        self.plan = plan
        let arguments = plan.process.arguments
        var invocation = try GuestInvocation(
            arguments: arguments, environment: plan.process.environment, memoryLimit: request.guestMemoryLimit)
        let serving = program.isServer ? try invocation.takeServerSettings(bundle.config.spec.annotations ?? [:]) : nil
        guest = Guest(
            code: loaded.code, host: loaded.host, program: program, invocation: invocation, serving: serving,
            title: ProcessTitle(arguments: arguments, name: String(path.split(separator: "/").last ?? "wasm")))
    }

    private static func plan(_ pending: PendingCreate, _ bundle: PreparedBundle) throws -> any PlannedProcess {
        let (request, spec) = (pending.request, bundle.config.spec)
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
        guard let guest else { return try plan.forkFirstChild(control: control, program: .native) }
        let program = Program.Guest(code: guest.code.descriptors, title: guest.title) { guest.run() }
        try plan.forkFirstChild(control: control, program: .guest(program))
    }
}

extension ContainerFork.Guest {
    /// Runs the guest to its end, and the process with it. Standard error takes what there is to say of it.
    func run() -> Never {
        do throws(GuestError) {
            if let serving {
                let server = try GuestServer(program, invocation, settings: serving, host: host, report: Self.tell)
                try server.run()
                _exit(0)
            }
            let end = try GuestRun(program, invocation, host: host).run()
            if let report = end.report { Self.tell(report) }
            _exit(end.exitCode)
        } catch {
            Self.tell("martlet: \(error)\n")
            _exit(GuestEnd.notRun)
        }
    }

    /// From any thread.
    @Sendable private static func tell(_ text: String) {
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
