package import Bundle
package import Cgroups
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
package import Logging
internal import OCISpec
internal import Synchronization

/// Makes containers through the engine.
package final class EngineLauncher: ContainerLauncher {
    let engine: EngineClient
    let reaper: ChildReaper
    let hooks: HookRunner
    let oom = OOMMonitor()
    let configuration: ShimConfiguration
    let logger: Logger
    /// Of what the shim was started for: it keeps the list of the other containers.
    let shimBundle: Bundle
    private let node: CgroupNode
    /// What was done for containers whose Create is expected, by bundle.
    private let prepared = Mutex<[String: Prepared]>([:])

    private struct Prepared {
        let config: LoadedConfig
        let cgroup: LimitedCgroup?
        /// The control channel of a container that may have been begun.
        let begun: ControlChannel?
    }

    package init(
        engine: EngineClient, reaper: ChildReaper, node: CgroupNode, shimBundle: Bundle,
        configuration: ShimConfiguration, logger: Logger
    ) {
        self.engine = engine
        self.reaper = reaper
        self.node = node
        self.shimBundle = shimBundle
        self.configuration = configuration
        self.logger = logger
        hooks = HookRunner(reaper: reaper, logger: logger)
    }

    /// Does what can be done before the Create of this bundle comes. What goes wrong is left for Create to find again,
    /// and say.
    package func prepare(_ config: LoadedConfig, bundle: Bundle, id: String) {
        let cgroup = try? limitedCgroup(config.spec, bundle: bundle, id: id)
        let begun = cgroup.flatMap { try? begin(in: $0.cgroup, config.spec, bundle: bundle, id: id) }
        prepared.withLock { $0[bundle.path] = Prepared(config: config, cgroup: cgroup, begun: begun) }
    }

    private func begin(in cgroup: any Cgroup, _ spec: Spec, bundle: Bundle, id: String) throws -> ControlChannel {
        let (ours, theirs) = try MessageChannel.socketPair()
        let control = ControlChannel(MessageChannel(owning: OwnedFileDescriptor(owning: ours)))
        let other = OwnedFileDescriptor(owning: theirs)
        let request = BeginRequest(
            id: id, bundle: bundle.path, rootfs: bundle.rootfs(of: spec),
            cgroup: CgroupPlacement(entryFiles: cgroup.entryFiles))
        try engine.begin(request, control: other.raw)
        return control
    }

    private func limitedCgroup(_ spec: Spec, bundle: Bundle, id: String) throws -> LimitedCgroup {
        let cgroup = try cgroup(of: spec, id: id, systemd: configuration.systemdCgroup == true)
        try bundle.record(cgroup)
        do {
            return try LimitedCgroup(cgroup, spec.linux?.resources)
        } catch {
            try? bundle.remove(.cgroup)
            throw error
        }
    }

    package func abandonPreparations() {
        let left = prepared.withLock { prepared in
            defer { prepared = [:] }
            return prepared.mapValues(\.cgroup)
        }
        for (bundle, cgroup) in left { remove(cgroup, bundle: bundle) }
    }

    /// Gives it back, with the process of a container that was begun in it. Nobody may hold that one's control channel any
    /// more: by its end it is told when it comes into the cgroup only after this looks.
    private func remove(_ cgroup: LimitedCgroup?, bundle: String) {
        guard let cgroup else { return }
        do {
            try cgroup.cgroup.kill(signal: SIGKILL)
            try cgroup.cgroup.remove()
            try Bundle(path: bundle).remove(.cgroup)
        } catch {
            logger.error("a cgroup is left behind", metadata: ["bundle": "\(bundle)", "error": "\(error)"])
        }
    }

    package func create(_ request: LaunchRequest, observer: any ContainerObserver) throws -> any ContainerControl {
        let ahead = prepared.withLock { $0.removeValue(forKey: request.bundle) }
        let expected = ahead?.config
        var limited = ahead?.cgroup
        var begun = ahead?.begun
        _ = consume ahead
        let container: LaunchedContainer
        do {
            let bundle = try Bundle(path: request.bundle)
            let config = try bundle.loadConfig(unlessSameAs: expected)
            try check(config.spec, request)
            let cgroup = try cgroup(
                of: config.spec, id: request.identity.id,
                systemd: request.options.systemdCgroup || configuration.systemdCgroup == true)
            if config.identity != expected?.identity || cgroup.place != limited?.cgroup.place {
                begun = nil
                remove(limited.take(), bundle: request.bundle)
            }
            container = LaunchedContainer(
                request: request, bundle: bundle, spec: config.spec, cgroup: limited?.cgroup ?? cgroup, ahead: limited,
                launcher: self, observer: observer)
        } catch {
            begun = nil
            remove(limited, bundle: request.bundle)
            throw error
        }
        do {
            try container.launch(begun)
        } catch {
            let failures = container.rollBack()
            throw failures.isEmpty ? error : RolledBack(error: error, cleanUpFailures: failures)
        }
        return container
    }

    private func check(_ spec: Spec, _ request: LaunchRequest) throws(SpecError) {
        guard let process = spec.process else {
            throw SpecError(.missing, field: "process", "there is no process to run", file: "config.json")
        }
        if process.terminal ?? false != request.stdio.terminal {
            throw SpecError(
                .invalid, field: "process.terminal",
                "found \(process.terminal ?? false), and Create asks for \(request.stdio.terminal)",
                file: "config.json")
        }
    }

    private func cgroup(of spec: Spec, id: String, systemd: Bool) throws -> any Cgroup {
        try node.cgroup(try CgroupPath(spec.linux?.cgroupsPath, id: id, systemd: systemd))
    }
}
