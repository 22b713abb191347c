internal import EngineProtocol
internal import Glibc
internal import LinuxSystem

/// The program that makes containers which serve HTTP, beside the engine's own.
///
/// It is the same as the engine, with a server in it. Were it the engine, each pod would pay for that with its memory:
/// so it is started for a create that needs it, and ends once the container's process is made. That becomes the
/// shim's child, as those of the engine do: they too are made by a process that ends.
struct ServerProgram {
    private static let name = "martlet-server"

    /// Opened by the engine as it starts, so that it is of the same installation also when another has replaced it
    /// since. Nil if it was not there. Never closed: the engine has one.
    private let descriptor: Int32?

    init() {
        guard let own = try? linkTarget(of: "/proc/self/exe") else {
            descriptor = nil
            return
        }
        descriptor = try? openFile("\(splitLast(own).parent)/\(Self.name)", OpenFlag.path).release()
    }

    /// Has it make the container.
    ///
    /// - Parameter create: lends it the descriptors.
    /// - Throws: `ContainerFailure`, `SystemCallError`: it could not be started.
    func start(_ create: PendingCreate, _ settings: EngineSettings) throws {
        guard let descriptor else {
            throw ContainerFailure(
                .systemCall, step: "serve HTTP",
                message: "\(Self.name), which serves components, is not installed beside the engine")
        }
        let (ours, theirs) = try MessageChannel.socketPair()
        let channel = MessageChannel(owning: OwnedFileDescriptor(owning: ours))
        let other = OwnedFileDescriptor(owning: theirs)
        let null = try openFile("/dev/null", O_RDWR)
        let program = ChildProcess(
            path: "/proc/self/fd/\(descriptor)", arguments: [Self.name], environment: ["SWIFT_BACKTRACE=enable=no"],
            descriptors: [(null.raw, 0), (null.raw, 1), (2, 2), (other.raw, EngineSocket.descriptor)])
        // Reaped by the kernel: the engine ignores SIGCHLD.
        _ = try program.spawn()
        try channel.send(EngineRequest.configure(settings))
        let request = create.request
        try channel.send(
            EngineRequest.create(request), descriptors: request.descriptors.compactMap { create.descriptors[$0] })
    }
}
