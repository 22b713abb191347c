internal import Glibc
internal import LinuxSystem
internal import OCIRuntime
internal import ShimService

/// Where a container's streams lead that is none of a pod: to files that can be read, or to somebody who has read
/// already.
struct StreamPlaces {
    let id: String
    /// As containerd names them to a shim: FIFOs or URIs.
    let stdout: String
    let stderr: String

    func log() throws -> ContainerLog {
        let output = try StdioURI(stdout, stream: "stdout")
        let errors = try StdioURI(stderr, stream: "stderr")
        var files: [ContainerLog.File] = []
        if case .file(let path) = output {
            // Where nothing is said of stderr, shims write it there, too.
            let isShared = errors == output || errors == .null
            files.append(.init(path: path, format: .plain(.stdout, ofBoth: isShared)))
        }
        if case .file(let path) = errors, errors != output { files.append(.init(path: path, format: .plain(.stderr))) }
        if !files.isEmpty { return ContainerLog(files: files) }
        switch output == .null ? errors : output {
        case .null: throw Self.nowhere(id)
        case .binary(let path, _):
            throw RuntimeError(
                .unavailable, "what \(id) writes goes to the logging program \(path)",
                remedy: "that program alone knows where it writes it: see its own command, such as nerdctl logs")
        case .fifo(let path): return try Self.read(id, link: path, what: "the FIFO \(path)")
        case .file: preconditionFailure("a file was found above")
        }
    }

    static func nowhere(_ id: String) -> RuntimeError {
        RuntimeError(
            .notFound, "\(id) has no log: its streams lead to the null device",
            remedy: "start it with a file: ctr run --log-uri file:///PATH, or martlet run --detach … >FILE")
    }

    /// What is known of streams that somebody reads: what was read is gone, unless it is conmon, which keeps it.
    ///
    /// - Parameters:
    ///   - link: as /proc names the pipe.
    ///   - what: the same for people.
    static func read(_ id: String, link: String, what: String) throws -> ContainerLog {
        guard let reader = StreamReader.find(link) else {
            throw RuntimeError(
                .unavailable, "what \(id) writes goes to \(what), which nobody reads any more",
                remedy: "start it with a file to keep its log: ctr run --log-uri file:///PATH")
        }
        if let path = reader.conmonLog { return ContainerLog(files: [.init(path: path, format: .cri)]) }
        throw RuntimeError(
            .unavailable,
            "what \(id) writes goes to \(what), which \(reader.name) (pid \(reader.pid)) reads; what was read once can't be "
                + "read again",
            remedy: "look where \(reader.name) writes it, or start it with ctr run --log-uri file:///PATH")
    }
}
