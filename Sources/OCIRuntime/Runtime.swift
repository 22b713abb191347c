// Design rule of this target: there is no daemon. A command finds all it needs in the state folder and in the kernel,
// does one thing under the folder's lock, and ends. Containers are made as the shim makes them, by an engine that lives
// no longer than the command.

internal import Cgroups
internal import LinuxSystem
package import Logging
internal import OCISpec
package import ShimService
internal import SystemPackage

/// What all commands of the runtime have in common.
package struct Runtime: Sendable {
    package struct Options: Sendable {
        /// Absolute: where the states of containers are kept.
        package var root: String
        package var systemdCgroup = false
        /// The engine's executable.
        package var engine: String
        package var configuration: ShimConfiguration

        package init(root: String, engine: String, configuration: ShimConfiguration = ShimConfiguration()) {
            self.root = root
            self.engine = engine
            self.configuration = configuration
        }
    }

    package static let defaultRoot = "/run/martlet"

    let options: Options
    let reaper = ChildReaper()
    let logger: Logger
    let hooks: HookRunner

    package init(_ options: Options, logger: Logger) {
        self.options = options
        self.logger = logger
        hooks = HookRunner(reaper: reaper, logger: logger)
    }

    /// A container, locked for this command.
    package func container(_ id: String) throws -> RuntimeContainer {
        let folder = try StateFolder.find(id, in: options.root)
        return RuntimeContainer(runtime: self, folder: folder, record: try folder.read())
    }

    /// All containers as they are now, without a lock.
    package func list() -> [ContainerSummary] {
        StateFolder.ids(in: options.root).compactMap { id in
            // One that goes meanwhile is not there.
            guard let record = try? StateFolder.record(in: "\(options.root)/\(id)") else { return nil }
            return ContainerSummary(record)
        }
    }

    /// The same of one.
    package func summary(_ id: String) throws -> ContainerSummary {
        try checkContainerID(id)
        let path = "\(options.root)/\(id)"
        do {
            return ContainerSummary(try StateFolder.record(in: path))
        } catch let error as SystemCallError where error.errno == .noSuchFileOrDirectory {
            throw RuntimeError(
                .notFound, "container does not exist: \(id)", remedy: "martlet list shows those of \(options.root)")
        }
    }

    /// Where a container's standard output and error lead, and its first process as long as that runs.
    package func streams(_ id: String) throws -> (places: [String], process: ProcessHandle?) {
        try checkContainerID(id)
        let record = try StateFolder.record(in: "\(options.root)/\(id)")
        return (record.streams ?? [], record.process?.open())
    }

    func newEngine() -> EngineClient {
        EngineClient(path: options.engine, settings: options.configuration.engine, reaper: reaper, logger: logger)
    }

    func cgroup(of spec: Spec, id: String) throws -> any Cgroup {
        let systemd = options.systemdCgroup || options.configuration.systemdCgroup == true
        return try CgroupNode.detect().cgroup(try CgroupPath(spec.linux?.cgroupsPath, id: id, systemd: systemd))
    }
}
