internal import EngineProtocol
internal import Glibc
internal import LinuxSystem

/// A program beside the engine's own that makes containers in its stead.
///
/// It is the same as the engine, with something in it that few containers need. Were it the engine, each pod would pay
/// for that with its memory: so it is started for a create that needs it, and ends once the container's process is made.
/// That becomes the shim's child, as those of the engine do: they too are made by a process that ends.
struct SiblingProgram {
    /// Which one.
    enum Name: String {
        /// Serves components that answer HTTP requests, and runs commands that send some.
        case server = "martlet-server"
        /// Writes down what modules do.
        case probe = "martlet-probe"

        var purpose: String {
            switch self {
            case .server: "which serves HTTP and sends requests"
            case .probe: "which traces modules"
            }
        }
    }

    /// What it is started for.
    enum Purpose {
        case serve, send, trace

        fileprivate var arguments: [String] {
            switch self {
            case .serve: []
            case .send: [EngineSocket.command]
            case .trace: [EngineSocket.once]
            }
        }
    }

    private let name: Name
    /// Nil if it is not there.
    private let file: HeldDescriptor?
    /// Whether the engine is executed from its read-only tree, and this program with it.
    private let isInTree: Bool

    /// Opens it: from then on it is the same, also when another is installed in its place.
    init(_ name: Name) {
        self.name = name
        guard let own = try? linkTarget(of: "/proc/self/exe") else {
            file = nil
            isInTree = false
            return
        }
        // Of a program in a tree that is mounted nowhere, it is a path in that.
        let inTree = pathOf(descriptor: EngineSocket.tree) + own
        isInTree = Self.isSameFile(inTree, "/proc/self/exe")
        let folder = splitLast(isInTree ? inTree : own).parent
        file = try? HeldDescriptor(openFile("\(folder)/\(name.rawValue)", OpenFlag.path))
    }

    private static func isSameFile(_ path: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        guard stat(path, &first) == 0, stat(other, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    /// Has it make the container.
    ///
    /// - Parameter create: lends it the descriptors.
    /// - Throws: `ContainerFailure`, `SystemCallError`: it could not be started.
    func start(_ create: PendingCreate, _ settings: EngineSettings, to purpose: Purpose) throws {
        guard let file else {
            throw ContainerFailure(
                .systemCall, step: "start \(name.rawValue)",
                message: "\(name.rawValue), \(name.purpose), is not installed beside the engine")
        }
        let (ours, theirs) = try MessageChannel.socketPair()
        let channel = MessageChannel(owning: OwnedFileDescriptor(owning: ours))
        let other = OwnedFileDescriptor(owning: theirs)
        let null = try openFile("/dev/null", O_RDWR)
        var program = ChildProcess(
            path: pathOf(descriptor: file.descriptor.raw),
            arguments: [name.rawValue] + purpose.arguments,
            environment: ["SWIFT_BACKTRACE=enable=no"],
            descriptors: [(null.raw, 0), (null.raw, 1), (2, 2), (other.raw, EngineSocket.descriptor)])
        if isInTree {
            program.environment.append(EngineSocket.libraries)
            program.descriptors.append((EngineSocket.tree, EngineSocket.tree))
        }
        // Reaped by the kernel: the engine ignores SIGCHLD.
        _ = try withExtendedLifetime(file) { try program.spawn() }
        try channel.send(EngineRequest.configure(settings))
        let request = create.request
        try channel.send(
            EngineRequest.create(request), descriptors: request.descriptors.compactMap { create.descriptors[$0] })
    }
}
