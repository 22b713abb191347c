internal import Bundle
internal import Cgroups
internal import ContainerdAPI
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import Logging
internal import OCISpec
internal import Synchronization
internal import SystemPackage

extension LaunchedContainer {
    /// Makes the container up to its start: each step, in order, and what it holds is kept in `held` for `rollBack`.
    func launch() throws {
        // First of all, so that `delete` finds whatever a shim that is killed from here on leaves behind.
        try bundle.write(String(decoding: try encodeJSON(cgroup.place), as: UTF8.self), to: .cgroup)
        try mountRootfs()
        let processLimit = try makeCgroup()
        watchMemory()
        let stdio = try StdioOpener(
            container: request.identity, reaper: launcher.reaper,
            owner: (request.options.ioUID, request.options.ioGID)
        ).open(request.stdio)
        held.withLock { $0.stdio = stdio }
        try launcher.reaper.duringCreation {
            try converse(stdio)
        }
        cgroup.firstProcessEntered()
        if let processLimit { try update(processLimit) }
        try bundle.write("\(pid)", to: .initPid)
        reportMemoryKills()
        let early = held.withLock { held in
            held.isCreated = true
            return held.exit
        }
        if let early { settle(early) }
    }

    private func mountRootfs() throws {
        guard !request.rootfs.isEmpty else { return }
        let mounts = request.rootfs.map {
            RootfsMount(type: $0.type, source: $0.source, target: $0.target, options: $0.options)
        }
        let place = rootfs
        if mkdir(place, 0o711) != 0 {
            let code = errno
            guard code == EEXIST else {
                throw SystemCallError("mkdir", place, errno: .init(rawValue: code))
            }
        }
        try RootfsMounts.mount(mounts, at: place)
        held.withLock { $0.rootfsIsMounted = true }
    }

    /// - Returns: the limits that are to be set once the init process is there.
    private func makeCgroup() throws -> LinuxResources? {
        let limits = spec.linux?.resources?.splittingProcessLimit()
        for warning in try cgroup.create(limits?.others) {
            launcher.logger.warning("a limit is not applied", metadata: ["id": "\(id)", "limit": "\(warning)"])
        }
        held.withLock { $0.cgroupIsMade = true }
        return limits?.ofProcesses
    }

    /// Has the engine make the container's processes, and serves them until they say that it stands.
    private func converse(_ stdio: ContainerStdio) throws {
        let (ours, theirs) = try MessageChannel.socketPair()
        let control = ControlChannel(MessageChannel(owning: OwnedFileDescriptor(owning: ours)))
        let other = OwnedFileDescriptor(owning: theirs)
        try sendRequest(stdio, control: other.raw)
        // From here on the container's processes alone hold the other end: when they are gone, the channel ends.
        _ = consume other
        if !request.stdio.terminal { stdio.handedOver() }

        let conversation = LaunchConversation(
            id: id, bundle: bundle.path, spec: spec, hooks: launcher.hooks, logger: launcher.logger,
            initStarted: { [self] process in claim(process) },
            console: { [self] master in
                let (stdin, stdout) = stdio.takeConsoleEnds()
                let copier = try ConsoleCopier(master: master, stdin: stdin, stdout: stdout)
                held.withLock { $0.console = copier }
            },
            reasonOfSilence: { [self] in reasonOfSilence() })
        try conversation.serve(control.channel)
        held.withLock { $0.control = control }
    }

    private func sendRequest(_ stdio: ContainerStdio, control: Int32) throws {
        var roles: [DescriptorRole] = [.control]
        var descriptors = [control]
        if !request.stdio.terminal {
            let ends = stdio.containerEnds()
            for (role, end) in [(DescriptorRole.stdin, ends.stdin), (.stdout, ends.stdout), (.stderr, ends.stderr)] {
                guard let end else { continue }
                roles.append(role)
                descriptors.append(end)
            }
        }
        let resolver = EntrypointResolver(bundle: bundle, rootfs: rootfs, mounts: spec.mounts ?? [])
        let entrypoint: Entrypoint
        var module: HeldDescriptor?
        switch try resolver.resolve(spec.process) {
        case .native:
            entrypoint = .native
        case .wasm(let found):
            entrypoint = .wasm(path: found.path, function: found.function)
            held.withLock { $0.isGuest = true }
            let file = HeldDescriptor(OwnedFileDescriptor(owning: found.releaseFile()))
            roles.append(.module)
            descriptors.append(file.descriptor.raw)
            module = file
        }
        defer { withExtendedLifetime(module) {} }
        let seccomp = request.options.guestSeccomp ?? launcher.configuration.guestSeccomp ?? .enforce
        try launcher.engine.create(
            CreateRequest(
                id: id, bundle: bundle.path, rootfs: rootfs, entrypoint: entrypoint,
                cgroup: CgroupPlacement(entryFiles: cgroup.entryFiles),
                guestMemoryLimit: GuestMemory.limit(ofCgroup: try cgroup.memoryLimit()), descriptors: roles,
                options: CreateOptions(noNewKeyring: request.options.noNewKeyring, guestSeccomp: seccomp)),
            descriptors: descriptors)
    }

    private func claim(_ descriptor: consuming ProcessDescriptor) {
        let pid = descriptor.pid
        let process = ProcessHandle(descriptor)
        held.withLock { $0.process = process }
        launcher.reaper.claim(pid) { [self] exit in initEnded(exit) }
    }

    /// From before the first process on, so that a kill while the container is being made is known for what it was.
    /// A container without the watch runs as well: its kills for want of memory are not told then.
    private func watchMemory() {
        do {
            let watcher = try cgroup.oomWatcher()
            held.withLock { $0.oomWatcher = watcher }
        } catch {
            warnOfUnreportedKills(error)
        }
    }

    private func reportMemoryKills() {
        guard let watcher = held.withLock({ $0.oomWatcher }) else { return }
        do {
            let token = try launcher.oom.add(watcher) { [observer] in observer.containerRanOutOfMemory() }
            held.withLock { $0.oomToken = token }
        } catch {
            warnOfUnreportedKills(error)
        }
    }

    private func warnOfUnreportedKills(_ error: any Error) {
        launcher.logger.warning(
            "out-of-memory kills will not be reported", metadata: ["id": "\(id)", "error": "\(error)"])
    }

    /// Why the container's processes ended without a word.
    private func reasonOfSilence() -> TaskError? {
        if held.withLock({ $0.oomWatcher })?.didOOM() == true {
            let limit = spec.linux?.resources?.memory?.limit.map { "linux.resources.memory.limit is \($0) bytes" }
            return TaskError(
                .failedPrecondition,
                "the container's process was killed for want of memory while it was being made: "
                    + (limit ?? "a cgroup above the container's limits it"))
        }
        return launcher.engine.failure
    }
}
