package import Bundle
package import Cgroups
internal import EngineProtocol
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
    private let node: CgroupNode
    /// Configurations that were read ahead, by bundle.
    private let prepared = Mutex<[String: LoadedConfig]>([:])

    package init(
        engine: EngineClient, reaper: ChildReaper, node: CgroupNode, configuration: ShimConfiguration, logger: Logger
    ) {
        self.engine = engine
        self.reaper = reaper
        self.node = node
        self.configuration = configuration
        self.logger = logger
        hooks = HookRunner(reaper: reaper, logger: logger)
    }

    /// The Create of this bundle will come: what was read of it need not be read again.
    package func prepare(_ config: LoadedConfig, bundle: String) {
        prepared.withLock { $0[bundle] = config }
    }

    package func create(_ request: LaunchRequest, observer: any ContainerObserver) throws -> any ContainerControl {
        let bundle = try Bundle(path: request.bundle)
        let cached = prepared.withLock { $0.removeValue(forKey: request.bundle) }
        let spec = try bundle.loadConfig(unlessSameAs: cached).spec
        try check(spec, request)

        let container = try LaunchedContainer(
            request: request, bundle: bundle, spec: spec, cgroup: cgroup(of: spec, request), launcher: self,
            observer: observer)
        do {
            try container.launch()
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

    private func cgroup(of spec: Spec, _ request: LaunchRequest) throws -> any Cgroup {
        let systemd = request.options.systemdCgroup || configuration.systemdCgroup == true
        return try node.cgroup(
            try CgroupPath(spec.linux?.cgroupsPath, id: request.identity.id, systemd: systemd))
    }
}
