package import EngineProtocol
internal import Glibc
package import LinuxSystem
package import Logging
package import OCISpec

/// What the runtime does for a container while its processes set it up, over their control channel.
package struct LaunchConversation {
    let id: String
    let bundle: String
    let spec: Spec
    let hooks: HookRunner
    let logger: Logger
    /// Given the init process as soon as it is known. It may have ended already.
    let initStarted: (consuming ProcessDescriptor) -> Void
    /// Given the master of the container's terminal.
    let console: (consuming OwnedFileDescriptor) throws -> Void
    /// Why the container's processes have gone without a word, if that is known.
    let reasonOfSilence: () -> TaskError?

    package init(
        id: String, bundle: String, spec: Spec, hooks: HookRunner, logger: Logger,
        initStarted: @escaping (consuming ProcessDescriptor) -> Void,
        console: @escaping (consuming OwnedFileDescriptor) throws -> Void, reasonOfSilence: @escaping () -> TaskError?
    ) {
        self.id = id
        self.bundle = bundle
        self.spec = spec
        self.hooks = hooks
        self.logger = logger
        self.initStarted = initStarted
        self.console = console
        self.reasonOfSilence = reasonOfSilence
    }

    /// Serves the channel until the container is created.
    ///
    /// - Throws: `ContainerFailure` as the container's processes tell it, or what went wrong here.
    package func serve(_ channel: borrowing MessageChannel) throws {
        _ = try isCreated(channel, mayDecline: false)
    }

    /// The same, for a process that was begun and has been sent its request.
    ///
    /// - Returns: whether it is created; else it has gone before anything was known of it.
    func serveBegun(_ channel: borrowing MessageChannel) throws -> Bool { try isCreated(channel, mayDecline: true) }

    private func isCreated(_ channel: borrowing MessageChannel, mayDecline: Bool) throws -> Bool {
        var pid: Int32?
        while let received = try channel.receive(ContainerReport.self) {
            let descriptors = received.descriptors.map { HeldDescriptor(OwnedFileDescriptor(owning: $0)) }
            switch received.message {
            case .declined:
                // Its end follows.
                guard mayDecline, pid == nil else { throw ChannelError.violation("declined after its beginning") }
            case .compiling:
                logger.debug("the module is being compiled", metadata: ["id": "\(id)"])
            case .mapUsers(let process):
                try UserMapping.write(spec.linux, pid: process)
                try channel.send(ContainerCommand.usersMapped)
            case .initStarted(let process):
                let descriptor = try duplicate(of: descriptors, for: "initStarted")
                pid = process
                initStarted(ProcessDescriptor(owning: descriptor, pid: process))
            case .runHooks:
                let state = ContainerState(spec, id: id, status: .creating, pid: pid, bundle: bundle)
                try hooks.run(spec.hooks?.prestart, stage: "prestart", state: state)
                try hooks.run(spec.hooks?.createRuntime, stage: "createRuntime", state: state)
                try channel.send(ContainerCommand.hooksRun)
            case .console:
                try console(try duplicate(of: descriptors, for: "console"))
            case .seccompListener:
                let listener = try only(of: descriptors, for: "seccompListener")
                guard let profile = spec.linux?.seccomp, let pid else {
                    throw ChannelError.violation("seccompListener without a profile or before initStarted")
                }
                let state = ContainerState(spec, id: id, status: .creating, pid: pid, bundle: bundle)
                try SeccompAgent.send(listener: listener.descriptor.raw, to: profile, state: state, pid: pid)
            case .created:
                guard pid != nil else { throw ChannelError.violation("created before initStarted") }
                return true
            case .running:
                throw ChannelError.violation("running before start")
            case .failed(let failure):
                throw failure
            }
        }
        guard mayDecline, pid == nil else {
            throw reasonOfSilence()
                ?? TaskError(
                    .unavailable, "the container's process ended before it was created, and did not say why")
        }
        return false
    }

    private func only(of descriptors: [HeldDescriptor], for message: String) throws(ChannelError) -> HeldDescriptor {
        guard descriptors.count == 1 else {
            throw .violation("\(message) came with \(descriptors.count) descriptors")
        }
        return descriptors[0]
    }

    private func duplicate(of descriptors: [HeldDescriptor], for message: String) throws -> OwnedFileDescriptor {
        let held = try only(of: descriptors, for: message)
        return OwnedFileDescriptor(
            owning: try systemCall("fcntl") { fcntl(held.descriptor.raw, F_DUPFD_CLOEXEC, 3) })
    }
}
