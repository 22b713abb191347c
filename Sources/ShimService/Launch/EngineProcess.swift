internal import EngineProtocol
internal import Glibc
internal import LinuxSystem

/// An engine that was started and has not been told its settings yet.
package struct EngineProcess: Sendable {
    package let pid: Int32
    /// The shim's end of its socket. Whoever takes the engine over owns it.
    package let socket: Int32

    /// Starts one.
    ///
    /// - Parameters:
    ///   - path: of its executable.
    ///   - log: its standard error; borrowed.
    package static func start(path: String, log: Int32) throws -> EngineProcess {
        let (ours, theirs) = try MessageChannel.socketPair()
        let socket = OwnedFileDescriptor(owning: ours)
        let other = OwnedFileDescriptor(owning: theirs)
        let null = try openFile("/dev/null", O_RDWR)
        // Else Swift looks for its crash reporter at each start, and a guest's abort would be reported as ours.
        var engine = ChildProcess(
            path: path, arguments: [path], environment: ["SWIFT_BACKTRACE=enable=no"],
            descriptors: [(null.raw, 0), (null.raw, 1), (log, 2), (other.raw, EngineSocket.descriptor)])
        let image = EngineImage(of: path)
        if let image {
            engine.path = image.path
            engine.environment.append(EngineSocket.libraries)
            engine.descriptors.append((image.tree.descriptor.raw, EngineSocket.tree))
        }
        defer { withExtendedLifetime(image) {} }
        let pid = try engine.spawn()
        return EngineProcess(pid: pid, socket: socket.release())
    }

    /// Ends one that nobody took over, and reaps it.
    package func abandon() {
        _ = close(socket)
        kill(pid, SIGKILL)
        _ = attempt { waitpid(pid, nil, 0) }
    }
}
