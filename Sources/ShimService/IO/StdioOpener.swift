internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Opens what Create names as a container's standard streams.
struct StdioOpener {
    let container: ContainerIdentity
    let reaper: ChildReaper
    /// Who the FIFOs are given to (`io_uid`, `io_gid`); 0 leaves them.
    var owner: (uid: UInt32, gid: UInt32) = (0, 0)

    /// Opens all streams; blocking only for a logging binary to get ready.
    ///
    /// - Throws: `TaskError` or `SystemCallError` that names the stream and the path; nothing stays open then.
    func open(_ request: StdioRequest) throws -> ContainerStdio {
        let stdin = try StdioURI(request.stdin, stream: "stdin")
        let stdout = try StdioURI(request.stdout, stream: "stdout")
        // A terminal has one output.
        let stderr = request.terminal ? .null : try StdioURI(request.stderr, stream: "stderr")

        var ends = ContainerStdio.Ends()
        try openInput(stdin, terminal: request.terminal, into: &ends)
        if case .binary(let path, let arguments) = stdout {
            guard stderr == .null || stderr == stdout else {
                throw TaskError(
                    .invalidArgument, "stderr: found \(request.stderr); a logging binary of stdout takes stderr too")
            }
            let (logger, out, err) = try LoggingBinary.start(
                path: path, arguments: arguments, container: container, reaper: reaper)
            ends.logger = logger
            ends.stdout = OwnedFileDescriptor(owning: out)
            ends.stderr = OwnedFileDescriptor(owning: err)
            if request.terminal { ends.stderr = nil }
            return ContainerStdio(ends)
        }
        let (output, keptOutput) = try openOutput(stdout, stream: "stdout")
        ends.stdout = OwnedFileDescriptor(owning: output)
        ends.stdoutKeeper = OwnedFileDescriptor(owningIfAny: keptOutput)
        if !request.terminal {
            // As containerd's shims do: a file of stdout takes stderr too when that names nothing.
            var target = stderr
            if case .file = stdout, stderr == .null { target = stdout }
            let (errors, keptErrors) = try openOutput(target, stream: "stderr")
            ends.stderr = OwnedFileDescriptor(owning: errors)
            ends.stderrKeeper = OwnedFileDescriptor(owningIfAny: keptErrors)
        }
        return ContainerStdio(ends)
    }

    private func openInput(_ uri: StdioURI, terminal: Bool, into ends: inout ContainerStdio.Ends) throws {
        switch uri {
        case .null:
            if !terminal { ends.stdin = try openFile("/dev/null", O_RDONLY) }
        case .fifo(let path):
            let fifo = try FIFOStream(path: path, stream: "stdin", direction: .toContainer, owner: owner)
            let (container, kept) = fifo.release()
            ends.stdin = OwnedFileDescriptor(owning: container)
            ends.stdinKeeper = OwnedFileDescriptor(owning: kept)
        case .file, .binary:
            throw TaskError(.invalidArgument, "stdin: found a file:// or binary:// URI; expected a FIFO")
        }
    }

    /// The container's end, and what the shim keeps; the caller owns both.
    private func openOutput(_ uri: StdioURI, stream: String) throws -> (container: Int32, kept: Int32?) {
        switch uri {
        case .null: return (try openFile("/dev/null", O_WRONLY).release(), nil)
        case .fifo(let path):
            let fifo = try FIFOStream(path: path, stream: stream, direction: .fromContainer, owner: owner)
            return fifo.release()
        case .file(let path):
            do {
                // With the folders that lead to it, as containerd does for log files.
                try makeDirectories(splitLast(path).parent, mode: 0o755)
                return (try openFile(path, O_WRONLY | O_APPEND | O_CREAT, mode: 0o644).release(), nil)
            } catch {
                throw TaskError(.failedPrecondition, "\(stream): the file \(path) can't be opened", cause: error)
            }
        case .binary:
            throw TaskError(.invalidArgument, "\(stream): a logging binary of stderr has to be stdout's too")
        }
    }
}
