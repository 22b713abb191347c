package import EngineProtocol
internal import LinuxSystem
package import OCISpec
internal import SystemPackage

/// What the runtime does for a process from its start until it runs its program, over its control channel.
package struct StartConversation {
    let id: String
    let bundle: String
    let spec: Spec
    /// The process.
    let pid: Int32

    package init(id: String, bundle: String, spec: Spec, pid: Int32) {
        self.id = id
        self.bundle = bundle
        self.spec = spec
        self.pid = pid
    }

    /// Lets the process go, and serves it until it runs its program. One that was killed before is no error: its end
    /// tells.
    ///
    /// - Parameter letGo: sends the command `start`.
    /// - Throws: `ContainerFailure` as the process tells it, or what went wrong here.
    package func serve(_ control: ControlChannel, letGo: (borrowing MessageChannel) throws -> Void) throws {
        do {
            try letGo(control.channel)
            // The end of the channel without a word is a native program that runs, or a process that was killed.
            while let received = try control.channel.receive(ContainerReport.self) {
                let descriptors = received.descriptors.map { HeldDescriptor(OwnedFileDescriptor(owning: $0)) }
                switch received.message {
                case .running: break
                case .seccompListener:
                    guard descriptors.count == 1, let profile = spec.linux?.seccomp else {
                        throw ChannelError.violation("seccompListener without a profile or a descriptor")
                    }
                    try SeccompAgent.send(
                        listener: descriptors[0].descriptor.raw, to: profile,
                        state: ContainerState(spec, id: id, status: .created, pid: pid, bundle: bundle), pid: pid)
                case .failed(let failure): throw failure
                default: throw ChannelError.violation("\(received.message) after start")
                }
            }
        } catch let error as SystemCallError where error.errno == .brokenPipe || error.errno == .connectionReset {
            // Killed before it could be started.
        }
    }
}
