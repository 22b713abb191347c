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
final class LaunchedContainer: ContainerControl {
    /// What is held so far: each is there from when it was made until it was given back.
    struct Held: ~Copyable {
        var rootfsIsMounted = false
        /// Whether the engine runs it, and not the kernel.
        var isGuest = false
        var cgroupIsMade = false
        /// The cgroup, if it was made before Create.
        var ahead: LimitedCgroup?
        var stdio: ContainerStdio?
        var console: ConsoleCopier?
        var control: ControlChannel?
        var process: ProcessHandle?
        var oomToken: UInt64?
        var oomWatcher: OOMWatcher?
        /// Whether Create has answered: exits are told to the observer from then on.
        var isCreated = false
        var exit: ProcessExit?
    }

    let request: LaunchRequest
    let bundle: Bundle
    let spec: Spec
    let cgroup: any Cgroup
    let launcher: EngineLauncher
    let observer: any ContainerObserver
    let held = Mutex(Held())
    /// Set when the init process has ended.
    let ended = Monitored(false)

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
        held.withLock { held in
            held.ahead = ahead
            held.cgroupIsMade = ahead != nil
        }
    }

    var id: String { request.identity.id }
    var rootfs: String { bundle.rootfs(of: spec) }

    /// Zero before the init process has started.
    var pid: Int32 { held.withLock { $0.process?.descriptor.pid ?? 0 } }

    /// Whether all its processes end with the init process, as they do in a pid namespace of their own.
    var hasOwnPIDNamespace: Bool {
        spec.linux?.namespaces?.contains { $0.type == .pid && ($0.path ?? "").isEmpty } ?? false
    }

    func state(_ status: ContainerState.Status) -> ContainerState {
        ContainerState(spec, id: id, status: status, pid: status == .stopped ? nil : pid, bundle: bundle.path)
    }

    // MARK: Start

    func start() throws {
        guard let control = held.withLock({ $0.control }) else {
            throw TaskError(.failedPrecondition, "the container has been started already")
        }
        do {
            try control.channel.send(ContainerCommand.start)
            // The end of the channel without a word is a native program that runs, or a process that was killed:
            // then its exit tells the rest.
            if let received = try control.channel.receive(ContainerReport.self) {
                for descriptor in received.descriptors { _ = OwnedFileDescriptor(owning: descriptor) }
                switch received.message {
                case .running: break
                case .failed(let failure): throw failure
                default: throw ChannelError.violation("\(received.message) after start")
                }
            }
        } catch let error as SystemCallError where error.errno == .brokenPipe || error.errno == .connectionReset {
            // Killed before it could be started: its exit tells.
        }
        held.withLock { $0.control = nil }
        // Their failures change nothing (runtime.md of version 1.2, "Lifecycle", step 9; 1.3 would end the container).
        launcher.hooks.runAll(spec.hooks?.poststart, stage: "poststart", state: state(.running))
    }

    // MARK: While it runs

    func signal(_ signal: Int32, all: Bool) throws {
        if all { return try cgroup.kill(signal: signal) }
        guard let process = held.withLock({ $0.process }) else {
            throw TaskError(.failedPrecondition, "the process has not started yet")
        }
        do {
            try process.descriptor.send(signal: signal)
        } catch {
            if error.errno == .noSuchProcess { throw TaskError(.notFound, "process already finished", cause: error) }
            throw error
        }
        // On version 1, what is frozen does not even die.
        if signal == SIGKILL, try cgroup.freezerState() != .thawed { try cgroup.thaw() }
    }

    func pids() throws -> [Int32] { try cgroup.processes() }

    func pause() throws { try cgroup.freeze() }

    func resume() throws { try cgroup.thaw() }

    func update(_ resources: LinuxResources) throws {
        let isGuest = held.withLock { $0.isGuest }
        for warning in try cgroup.update(isGuest ? resources.leavingRoomForEngine() : resources) {
            launcher.logger.warning("a limit is not applied", metadata: ["id": "\(id)", "limit": "\(warning)"])
        }
    }

    func stats() throws -> Google_Protobuf_Any { try Google_Protobuf_Any(try cgroup.stats()) }

    func closeStdin() {
        held.withLock { $0.stdio }?.closeStdin()
    }

    func resize(rows: UInt16, columns: UInt16) throws {
        try held.withLock { $0.console }?.resize(rows: rows, columns: columns)
    }
}

/// The shim's end of a container's control channel.
final class ControlChannel: Sendable {
    let channel: MessageChannel

    init(_ channel: consuming MessageChannel) {
        self.channel = channel
    }
}
