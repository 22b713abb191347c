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
    ///
    /// - Parameter begun: the control channel, if it may have been begun.
    func launch(_ begun: ControlChannel?) throws {
        let ahead = held.withLock { $0.ahead.take() }
        enlist()
        if ahead == nil { try bundle.record(cgroup) }
        try mountRootfs()
        let processLimit = try limit(ahead)
        watchMemory()
        try process.launch(
            spec.process,
            resolver: request.isSandbox
                ? nil : EntrypointResolver(bundle: bundle, rootfs: rootfs, mounts: spec.mounts ?? []),
            annotations: spec.annotations, fifoOwner: (request.options.ioUID, request.options.ioGID), begun: begun,
            for: self
        ) { entrypoint, descriptors in try engineRequest(entrypoint, descriptors) }
        cgroup.firstProcessEntered()
        if let processLimit { try update(processLimit) }
        try bundle.write("\(pid)", to: .initPid)
        reportMemoryKills()
        process.tellExit(to: self)
    }

    /// Writes the container down in the shim's bundle. Without that, all that is lost is the clean-up after a shim that
    /// was killed under containerd 2: the bundle may have gone, with a first container that others outlived.
    private func enlist() {
        guard isMember else { return }
        do {
            try launcher.shimBundle.addMember(id, bundle: bundle, cgroup: cgroup.record())
        } catch {
            launcher.logger.debug("a container is not on the shim's list", metadata: ["error": "\(error)"])
        }
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

    /// Makes the cgroup, unless that was done ahead.
    ///
    /// - Returns: the limits that are to be set once the init process is there.
    private func limit(_ ahead: LimitedCgroup?) throws -> LinuxResources? {
        let limited = try ahead ?? LimitedCgroup(cgroup, spec.linux?.resources)
        held.withLock { $0.cgroupIsMade = true }
        for warning in limited.warnings {
            launcher.logger.warning("a limit is not applied", metadata: ["id": "\(id)", "limit": "\(warning)"])
        }
        return limited.processLimit
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
    func reasonOfSilence() -> TaskError? {
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

extension Bundle {
    /// Writes down where the container's cgroup is. To be done before anything else is made, so that `delete` finds
    /// whatever a shim that is killed from then on leaves behind.
    func record(_ cgroup: any Cgroup) throws {
        try write(try cgroup.record(), to: .cgroup)
    }
}

extension Cgroup {
    /// Where it is, as `delete` reads it: `CgroupPlace`.
    func record() throws -> String { String(decoding: try encodeJSON(place), as: UTF8.self) }
}
