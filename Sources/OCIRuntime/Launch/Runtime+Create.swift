internal import Bundle
internal import Cgroups
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import Logging
internal import OCISpec
internal import ShimService

/// What `create` is asked for.
package struct CreationRequest: Sendable {
    package var id: String
    /// Absolute.
    package var bundle: String
    package var streams: ProcessStreams
    package var pidFile: String?
    package var noNewKeyring = false
    /// A folder with the bundle that goes with the container.
    package var ownFolder: String?
    /// Called by `run` with the pid of the first process, before it runs its program.
    package var beforeStart: (@Sendable (_ pid: Int32) throws -> Void)?

    package init(id: String, bundle: String, streams: ProcessStreams) {
        self.id = id
        self.bundle = bundle
        self.streams = streams
    }
}

extension Runtime {
    /// Makes a container, whose first process waits for `start`, also when this process has ended.
    package func create(_ request: CreationRequest) throws {
        let (container, process) = try make(request)
        do {
            container.record.gate = try StartGate.leave(process.control.channel)
            try container.folder.write(container.record)
            try writePidFile(request.pidFile, process.pid)
        } catch {
            throw container.undone(by: error)
        }
    }

    func writePidFile(_ path: String?, _ pid: Int32) throws {
        guard let path else { return }
        try writeFile(Array("\(pid)".utf8), to: path, mode: 0o644)
    }

    /// The container up to its start, its record written.
    ///
    /// - Throws: why not; nothing of it is left then.
    func make(_ request: CreationRequest) throws -> (RuntimeContainer, WaitingProcess) {
        let folder = try StateFolder.make(request.id, in: options.root)
        var container: RuntimeContainer?
        do {
            let bundle = try Bundle(path: request.bundle)
            let spec = try bundle.loadConfig().spec
            try check(spec)
            var record = ContainerRecord(
                ociVersion: spec.ociVersion, id: request.id, bundle: bundle.path, rootfs: bundle.rootfs(of: spec),
                annotations: spec.annotations)
            record.noNewKeyring = request.noNewKeyring
            record.ownFolder = request.ownFolder
            record.streams = request.streams.places(terminal: spec.process?.terminal ?? false)
            try request.streams.check(terminal: spec.process?.terminal ?? false)
            let cgroup = try cgroup(of: spec, id: request.id)
            // From here on `delete` finds what a command leaves that is killed.
            try folder.write(spec)
            try folder.write(record)
            let limited = try LimitedCgroup(cgroup, spec.linux?.resources)
            record.cgroup = cgroup.place
            let made = RuntimeContainer(runtime: self, folder: folder, record: record)
            container = made
            try folder.write(record)
            warn(limited.warnings, id: request.id)
            return (made, try launch(made, limited, spec, bundle, request))
        } catch {
            if let container { throw container.undone(by: error) }
            try? folder.remove()
            throw error
        }
    }

    private func launch(
        _ container: RuntimeContainer, _ limited: LimitedCgroup, _ spec: Spec, _ bundle: Bundle,
        _ request: CreationRequest
    ) throws -> WaitingProcess {
        let record = container.record
        let watcher = try? limited.cgroup.oomWatcher()
        let launch = ProcessLaunch(runtime: self, record: record, spec: spec, streams: request.streams)
        let process = try launch.run(
            spec.process,
            resolver: EntrypointResolver(bundle: bundle, rootfs: record.rootfs, mounts: spec.mounts ?? []),
            annotations: spec.annotations,
            reasonOfSilence: {
                guard watcher?.didOOM() == true else { return nil }
                return TaskError(
                    .failedPrecondition,
                    "the container's process was killed for want of memory while it was being made; raise "
                        + "linux.resources.memory.limit")
            }
        ) { entrypoint, descriptors in
            try container.engineRequest(entrypoint, descriptors, bundle: bundle.path, limited.cgroup)
        }
        limited.cgroup.firstProcessEntered()
        container.record.isGuest = process.isGuest
        guard let identity = ProcessIdentity(pid: process.pid) else {
            throw RuntimeError(.wrongState, "the container's first process was killed before its start")
        }
        container.record.process = identity
        container.record.stage = .created
        try container.folder.write(container.record)
        if let limit = limited.processLimit {
            warn(
                try limited.cgroup.update(process.isGuest ? limit.leavingRoomForEngine() : limit), id: record.id)
        }
        return process
    }

    func warn(_ warnings: [CgroupWarning], id: String) {
        for warning in warnings {
            logger.warning("a limit is not applied", metadata: ["id": "\(id)", "limit": "\(warning)"])
        }
    }

    private func check(_ spec: Spec) throws(SpecError) {
        guard spec.ociVersion.hasPrefix("1.") else {
            throw SpecError(
                .unsupported, field: "ociVersion", "found \"\(spec.ociVersion)\"; expected 1.0.0 to 1.2.0",
                file: "config.json")
        }
        guard spec.process != nil else {
            throw SpecError(.missing, field: "process", "there is no process to run", file: "config.json")
        }
        guard let root = spec.root, !root.path.isEmpty else {
            throw SpecError(.missing, field: "root.path", "there is no root filesystem", file: "config.json")
        }
    }
}
