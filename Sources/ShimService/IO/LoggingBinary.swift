internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// A program that takes a container's output (`binary://` URIs), as containerd's shims start it.
///
/// It gets the reading ends of the pipes of stdout and stderr as descriptors 3 and 4, and as 5 a pipe that it closes or
/// writes to when it is ready; of the environment only `CONTAINER_ID` and `CONTAINER_NAMESPACE`.
struct LoggingBinary: Sendable {
    /// How long it may take to get ready.
    static let readyTimeout: Duration = .seconds(10)
    /// How long it may take to write what it has when the container is gone: by itself, and after SIGTERM.
    static let endTimeouts: (byItself: Duration, afterTermination: Duration) = (.seconds(2), .seconds(10))

    private let command: SupervisedCommand

    /// Starts it, and waits until it is ready; blocking.
    ///
    /// - Returns: it, and the writing ends of the two pipes, which the caller owns.
    static func start(
        path: String, arguments: [String], container: ContainerIdentity, reaper: ChildReaper
    ) throws -> (LoggingBinary, stdout: Int32, stderr: Int32) {
        let stdout = try Pipe()
        let stderr = try Pipe()
        let ready = try Pipe()
        let null = try openFile("/dev/null", O_RDWR)
        let command: SupervisedCommand
        do {
            command = try SupervisedCommand(
                ChildProcess(
                    path: path, arguments: [path] + arguments,
                    environment: ["CONTAINER_ID=\(container.id)", "CONTAINER_NAMESPACE=\(container.namespace)"],
                    descriptors: [
                        (null.raw, 0), (null.raw, 1), (null.raw, 2), (stdout.reading.raw, 3), (stderr.reading.raw, 4),
                        (ready.writing.raw, 5),
                    ]), reaper: reaper)
        } catch {
            throw TaskError(.commandFailed, "the logging binary \(path) can't be started", cause: error)
        }
        let readiness = ready.onlyReading()
        do {
            try wait(for: readiness.raw, of: path)
        } catch {
            command.send(signal: SIGKILL)
            _ = command.wait()
            throw error
        }
        return (LoggingBinary(command: command), stdout.onlyWriting().release(), stderr.onlyWriting().release())
    }

    /// Waits for a byte or the end of the pipe.
    private static func wait(for ready: Int32, of path: String) throws {
        var entry = pollfd(fd: ready, events: Int16(POLLIN), revents: 0)
        let timeout = Int32(readyTimeout.components.seconds * 1000)
        guard try systemCall("poll", path, { poll(&entry, 1, timeout) }) > 0 else {
            throw TaskError(.timedOut, "the logging binary \(path) was not ready within \(readyTimeout)")
        }
    }

    /// Has it end; the writing ends of its pipes should be closed by now. Blocking.
    func end() {
        command.end(byItself: Self.endTimeouts.byItself, afterTermination: Self.endTimeouts.afterTermination)
    }
}

/// Which container it is.
package struct ContainerIdentity: Hashable, Sendable {
    package let id: String
    package let namespace: String

    package init(id: String, namespace: String) {
        self.id = id
        self.namespace = namespace
    }
}

/// Both ends of a pipe, close-on-exec.
struct Pipe: ~Copyable {
    let reading: OwnedFileDescriptor
    let writing: OwnedFileDescriptor

    init() throws(SystemCallError) {
        let ends = try makePipe()
        reading = OwnedFileDescriptor(owning: ends.reading)
        writing = OwnedFileDescriptor(owning: ends.writing)
    }

    consuming func onlyReading() -> OwnedFileDescriptor { reading }

    consuming func onlyWriting() -> OwnedFileDescriptor { writing }
}
