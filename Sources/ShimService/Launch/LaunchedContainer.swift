internal import Bundle
internal import Cgroups
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import Logging
internal import OCISpec
internal import SwiftProtobuf
internal import Synchronization
internal import SystemPackage

/// A container that the engine makes or has made: everything of it that the shim holds, and how that is given back.
///
/// How it is made is in `LaunchedContainer+Launch`, what becomes of it in `LaunchedContainer+Removal`.
final class LaunchedContainer: ContainerControl, LaunchedProcessOwner {
    /// What is held so far: each is there from when it was made until it was given back.
    struct Held: ~Copyable {
        var rootfsIsMounted = false
        var cgroupIsMade = false
        /// The cgroup, if it was made before Create.
        var ahead: LimitedCgroup?
        var oomToken: UInt64?
        var oomWatcher: OOMWatcher?
        /// The processes of exec that have been made and not been deleted, by their ids.
        var execs: [String: LaunchedExec] = [:]
        /// How often the guests' memory limit may have changed.
        var memoryUpdates = 0
    }

    let request: LaunchRequest
    let bundle: Bundle
    let spec: Spec
    let cgroup: any Cgroup
    let launcher: EngineLauncher
    let observer: any ContainerObserver
    let held = Mutex(Held())
    /// The container's first process.
    let process: LaunchedProcess
    /// How many processes of exec are being made, or run and are not announced as ended.
    let runningExecs = Monitored(0)

    /// - Parameter ahead: the cgroup, if it is made; owned from here on.
    init(
        request: LaunchRequest, bundle: Bundle, spec: Spec, cgroup: any Cgroup, ahead: LimitedCgroup?,
        launcher: EngineLauncher, observer: any ContainerObserver
    ) {
        self.request = request
        self.bundle = bundle
        self.spec = spec
        self.cgroup = cgroup
        self.launcher = launcher
        self.observer = observer
        process = LaunchedProcess(
            of: request.identity, bundle: bundle, spec: spec, stdio: request.stdio, launcher: launcher)
        held.withLock { held in
            held.ahead = ahead
            held.cgroupIsMade = ahead != nil
        }
    }

    var id: String { request.identity.id }
    var rootfs: String { bundle.rootfs(of: spec) }

    /// Whether the shim was started for another container, or for a sandbox.
    var isMember: Bool { bundle != launcher.shimBundle }

    /// Zero before the init process has started.
    var pid: Int32 { process.pid }

    /// Whether all its processes end with the init process, as they do in a pid namespace of their own.
    var hasOwnPIDNamespace: Bool {
        spec.linux?.namespaces?.contains { $0.type == .pid && ($0.path ?? "").isEmpty } ?? false
    }

    func state(_ status: ContainerState.Status) -> ContainerState {
        ContainerState(spec, id: id, status: status, pid: status == .stopped ? nil : pid, bundle: bundle.path)
    }

    // MARK: Start

    func start() throws {
        try process.start()
        // Their failures change nothing (runtime.md of version 1.2, "Lifecycle", step 9; 1.3 would end the container).
        launcher.hooks.runAll(spec.hooks?.poststart, stage: "poststart", state: state(.running))
    }

    // MARK: While it runs

    func signal(_ signal: Int32, all: Bool) throws {
        // What was killed until now is not to be mistaken for the cause of what is killed here.
        if signal == SIGKILL, held.withLock({ $0.oomWatcher })?.didOOM() == true { observer.containerRanOutOfMemory() }
        if all { return try cgroup.kill(signal: signal) }
        try process.signal(signal)
        // On version 1, what is frozen does not even die.
        if signal == SIGKILL, try cgroup.freezerState() != .thawed { try cgroup.thaw() }
    }

    func pids() throws -> [Int32] { try cgroup.processes() }

    func pause() throws { try cgroup.freeze() }

    func resume() throws { try cgroup.thaw() }

    func update(_ resources: LinuxResources) throws {
        for warning in try cgroup.update(process.isGuest ? resources.leavingRoomForEngine() : resources) {
            launcher.logger.warning("a limit is not applied", metadata: ["id": "\(id)", "limit": "\(warning)"])
        }
        if resources.memory != nil || resources.unified != nil { try tellMemoryLimit() }
    }

    /// Has all guests of the container follow its memory limit.
    private func tellMemoryLimit() throws {
        let limit = try guestMemoryLimit()
        let execs = held.withLock { held in
            held.memoryUpdates += 1
            return Array(held.execs.values)
        }
        process.limitMemory(to: limit)
        for exec in execs { exec.limitMemory(to: limit) }
    }

    /// What each of a guest's memories may take now, in bytes; nil: no limit.
    func guestMemoryLimit() throws -> UInt64? { GuestMemory.limit(ofCgroup: try cgroup.memoryLimit()) }

    func stats() throws -> Google_Protobuf_Any { try Google_Protobuf_Any(try cgroup.stats()) }

    func closeStdin() { process.closeStdin() }

    func resize(rows: UInt16, columns: UInt16) throws { try process.resize(rows: rows, columns: columns) }

    // MARK: Exec

    func exec(
        _ request: ExecLaunchRequest, exited: @escaping @Sendable (ProcessExit) -> Void
    ) throws -> any ProcessControl {
        let exec = LaunchedExec(request, in: self, exited: exited)
        // From here on, so that the end of the container waits for it.
        runningExecs.update { $0 += 1 }
        do {
            try exec.launch()
        } catch {
            exec.abandon()
            runningExecs.update { $0 -= 1 }
            throw error
        }
        return exec
    }

    /// What a request to the engine says of the container and not of the process; the same for all of them.
    func engineRequest(
        _ entrypoint: Entrypoint, _ descriptors: [DescriptorRole], exec: ExecTarget? = nil
    ) throws -> CreateRequest {
        let seccomp = request.options.guestSeccomp ?? launcher.configuration.guestSeccomp ?? .enforce
        return CreateRequest(
            id: id, bundle: bundle.path, rootfs: rootfs, entrypoint: entrypoint,
            cgroup: CgroupPlacement(entryFiles: exec == nil ? cgroup.entryFiles : cgroup.entryFiles(beside: pid)),
            guestMemoryLimit: try guestMemoryLimit(), descriptors: descriptors,
            options: CreateOptions(noNewKeyring: request.options.noNewKeyring, guestSeccomp: seccomp),
            podMounts: request.podFiles?.mounts(for: spec) ?? [], exec: exec)
    }
}
