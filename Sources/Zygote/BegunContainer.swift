internal import Bundle
internal import ContainerInit
internal import EngineProtocol
internal import LinuxSystem
internal import WasmHost

/// A container whose first process is made before its Create comes, and does the rest of the engine's work for it then.
struct BegunContainer {
    private let begun: BeginRequest
    private let bundle: PreparedBundle
    private let guests: GuestSupply

    init(_ begun: BeginRequest, _ bundle: PreparedBundle, _ guests: GuestSupply) {
        self.begun = begun
        self.bundle = bundle
        self.guests = guests
    }

    /// Forks it, unless its specification has to be met with more than that.
    ///
    /// - Parameter control: borrowed.
    /// - Returns: whether it did. The plan that is made for nothing then finds its types and caches made at Create.
    /// - Throws: `SpecError`, `SystemCallError`: what is wrong will be found again, and said, when it is created.
    func begin(control: Int32) throws -> Bool {
        // What is not known yet shapes nothing of what is done now.
        let request = CreateRequest(
            id: begun.id, bundle: begun.bundle, rootfs: begun.rootfs, entrypoint: .native, cgroup: begun.cgroup,
            guestMemoryLimit: nil, descriptors: [], options: CreateOptions())
        let plan = try ContainerPlan(bundle.config.spec, request: request)
        guard plan.canBegin else { return false }
        // One for all guests, so as to have it made.
        _ = try guests.filter(.enforce, hasHTTP: false)
        try plan.begin(control: control) { request, descriptors in
            try complete(request, try RequestDescriptors(request, descriptors))
        }
        return true
    }

    /// In the container's first process.
    private func complete(
        _ request: CreateRequest, _ descriptors: RequestDescriptors
    ) throws -> (ContainerPlan, Program) {
        guard request.id == begun.id, request.bundle == begun.bundle, request.rootfs == begun.rootfs,
            request.cgroup == begun.cgroup, request.exec == nil, try bundle.isCurrent(in: begun.bundle)
        else { throw Declined.isAnotherContainer }
        var code: GuestCode?
        if case .wasm(let path, _) = request.entrypoint {
            // Compiling is the engine's business, and no part of the container's limits.
            guard let module = descriptors[.module],
                let cached = try guests.loadFromCache(module, name: path)
            else { throw Declined.isNotInCache }
            guard try !(cached.isModule && request.servesModule(bundle)) else { throw Declined.isServed }
            code = cached
        }
        let fork = try ContainerFork(request, descriptors, bundle, code: code, guests)
        guard let plan = fork.plan as? ContainerPlan else { throw Declined.isAnotherContainer }
        // They stay open: this process closes what it does not keep when it becomes the container's.
        _ = Unmanaged.passRetained(descriptors)
        return (plan, fork.program)
    }

    private enum Declined: Error {
        case isAnotherContainer
        case isNotInCache
        case isServed
    }
}
