internal import LinuxSystem
internal import Synchronization

/// The open standard streams of a container.
///
/// The rule: a container gets the very FIFO, file or pipe that containerd named; the shim copies nothing, but for a
/// terminal. So nothing is lost or delayed when a process ends, a reader that stalls blocks its own container alone, and
/// output costs the shim neither threads nor memory. Once the container has its ends, the shim holds no end that
/// writes stdout or stderr: containerd waits for their end of file before it calls Delete.
package final class ContainerStdio: Sendable {
    struct Ends: ~Copyable {
        /// What the container is to have, until it has it.
        var stdin: OwnedFileDescriptor?
        var stdout: OwnedFileDescriptor?
        var stderr: OwnedFileDescriptor?
        /// The writing end of stdin's FIFO, until CloseIO.
        var stdinKeeper: OwnedFileDescriptor?
        /// The reading ends of stdout's and stderr's FIFOs, until Delete.
        var stdoutKeeper: OwnedFileDescriptor?
        var stderrKeeper: OwnedFileDescriptor?
        var logger: LoggingBinary?
    }

    private let ends: Mutex<Ends>

    init(_ ends: consuming Ends) {
        self.ends = Mutex(ends)
    }

    /// The container's ends, borrowed until `handedOver`; with a terminal there is no stderr.
    func containerEnds() -> (stdin: Int32?, stdout: Int32?, stderr: Int32?) {
        ends.withLock { ends in (rawIfAny(ends.stdin), rawIfAny(ends.stdout), rawIfAny(ends.stderr)) }
    }

    /// Gives the container's ends of stdin and stdout to the one who copies a terminal; the caller owns them.
    func takeConsoleEnds() -> (stdin: Int32?, stdout: Int32?) {
        ends.withLock { ends in
            (releaseAny(ends.stdin.take()), releaseAny(ends.stdout.take()))
        }
    }

    /// The container has its ends: closes the shim's copies.
    func handedOver() {
        ends.withLock { ends in
            ends.stdin = nil
            ends.stdout = nil
            ends.stderr = nil
        }
    }

    /// CloseIO: when containerd's end is closed too, the container reads the end of its stdin.
    func closeStdin() {
        ends.withLock { $0.stdinKeeper = nil }
    }

    /// Closes everything, and waits for a logging binary to end. May be called again.
    func close() {
        let logger = ends.withLock { ends in
            defer { ends = Ends() }
            return ends.logger
        }
        logger?.end()
    }
}

extension OwnedFileDescriptor {
    /// Takes ownership of a descriptor, if there is one.
    init?(owningIfAny raw: Int32?) {
        guard let raw else { return nil }
        self.init(owning: raw)
    }
}

private func rawIfAny(_ descriptor: borrowing OwnedFileDescriptor?) -> Int32? {
    switch descriptor {
    case .some(let descriptor): descriptor.raw
    case .none: nil
    }
}

private func releaseAny(_ descriptor: consuming OwnedFileDescriptor?) -> Int32? {
    switch consume descriptor {
    case .some(let descriptor): descriptor.release()
    case .none: nil
    }
}
