internal import Bundle
internal import Cgroups
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import Logging
package import OCISpec
internal import ShimService

/// A container that a command has to do with, locked while this lives.
package final class RuntimeContainer {
    let runtime: Runtime
    let folder: StateFolder
    package internal(set) var record: ContainerRecord

    init(runtime: Runtime, folder: StateFolder, record: ContainerRecord) {
        self.runtime = runtime
        self.folder = folder
        self.record = record
    }

    /// The configuration as it was at Create.
    var spec: Spec { get throws { try folder.bundle.loadConfig().spec } }

    var cgroup: (any Cgroup)? { record.cgroup?.open() }

    package var status: ContainerSummary.Status { record.status }

    func state(_ spec: Spec, _ status: ContainerState.Status) -> ContainerState {
        ContainerState(
            spec, id: record.id, status: status, pid: status == .stopped ? nil : record.process?.pid,
            bundle: record.bundle)
    }

    // MARK: Start

    /// Lets the first process run its program; answers when it does.
    package func start() throws {
        let status = status
        guard status == .created, let gate = record.gate, let process = record.process?.open() else {
            throw wrongState("start", status, expected: "created")
        }
        let control = try StartGate.take(gate, from: process)
        try start(control) { try $0.sendRest(of: ContainerCommand.start) }
    }

    /// - Parameter letGo: sends the command.
    func start(_ control: ControlChannel, letGo: (borrowing MessageChannel) throws -> Void) throws {
        let spec = try spec
        try conversation(spec, pid: record.process?.pid ?? 0).serve(control, letGo: letGo)
        record.gate = nil
        record.stage = .started
        try folder.write(record)
        // Their failures change nothing (runtime.md of version 1.2, "Lifecycle", step 9).
        runtime.hooks.runAll(spec.hooks?.poststart, stage: "poststart", state: state(spec, .running))
    }

    func conversation(_ spec: Spec, pid: Int32) -> StartConversation {
        StartConversation(id: record.id, bundle: record.bundle, spec: spec, pid: pid)
    }

    // MARK: While it runs

    /// - Parameter all: every process of the container.
    package func signal(_ signal: Int32, all: Bool) throws {
        if all, let cgroup { return try cgroup.kill(signal: signal) }
        guard let process = record.process?.open() else {
            throw wrongState("kill", status, expected: "created or running")
        }
        try process.descriptor.send(signal: signal)
        // On version 1, what is frozen does not even die.
        if signal == SIGKILL, let cgroup, try cgroup.freezerState() != .thawed { try cgroup.thaw() }
    }

    package func pause() throws {
        let status = status
        guard status == .running || status == .created else {
            throw wrongState("pause", status, expected: "created or running")
        }
        try requireCgroup().freeze()
    }

    package func resume() throws {
        guard let cgroup, record.process?.open() != nil, try cgroup.freezerState() != .thawed else {
            throw wrongState("resume", status, expected: "paused")
        }
        try cgroup.thaw()
    }

    package func update(_ resources: LinuxResources) throws {
        let status = status
        guard status != .stopped, status != .creating else {
            throw wrongState("update", status, expected: "created, running or paused")
        }
        let fitting = record.isGuest ? resources.leavingRoomForEngine() : resources
        let cgroup = try requireCgroup()
        runtime.warn(try cgroup.update(fitting), id: record.id)
        if resources.memory != nil || resources.unified != nil {
            let limit = GuestMemory.limit(ofCgroup: try cgroup.memoryLimit())
            for guest in guests { try? guest.open()?.descriptor.send(memoryLimit: limit) }
        }
    }

    /// The processes that the engine runs.
    private var guests: [ProcessIdentity] {
        [record.isGuest ? record.process : nil].compactMap(\.self) + (record.execGuests ?? [])
    }

    /// Writes a process of exec down that the engine runs, so that it hears of a new memory limit.
    func add(guest pid: Int32) throws {
        // One that has ended already hears nothing.
        guard let guest = ProcessIdentity(pid: pid) else { return }
        record.execGuests = (record.execGuests ?? []).filter { $0.open() != nil } + [guest]
        try folder.write(record)
    }

    package func processes() throws -> [Int32] {
        let status = status
        guard status != .stopped, status != .creating else {
            throw wrongState("list the processes of", status, expected: "created, running or paused")
        }
        return try requireCgroup().processes()
    }

    func requireCgroup() throws(RuntimeError) -> any Cgroup {
        guard let cgroup else {
            throw RuntimeError(.wrongState, "the container \(record.id) has no cgroup")
        }
        return cgroup
    }

    func wrongState(_ verb: String, _ status: ContainerSummary.Status, expected: String) -> RuntimeError {
        RuntimeError(
            .wrongState, "cannot \(verb) a container that is \(status.rawValue): \(record.id); expected \(expected)")
    }

    /// What a request to the engine says of the container and not of the process.
    ///
    /// - Parameter bundle: where the engine reads the configuration.
    func engineRequest(
        _ entrypoint: Entrypoint, _ descriptors: [DescriptorRole], bundle: String, _ cgroup: any Cgroup,
        exec: ExecTarget? = nil
    ) throws -> CreateRequest {
        CreateRequest(
            id: record.id, bundle: bundle, rootfs: record.rootfs, entrypoint: entrypoint,
            cgroup: CgroupPlacement(
                entryFiles: exec.map { cgroup.entryFiles(beside: $0.initPid) } ?? cgroup.entryFiles),
            guestMemoryLimit: GuestMemory.limit(ofCgroup: try cgroup.memoryLimit()), descriptors: descriptors,
            options: CreateOptions(
                noNewKeyring: record.noNewKeyring, guestSeccomp: runtime.options.configuration.guestSeccomp ?? .enforce),
            exec: exec)
    }
}
