internal import EngineProtocol
internal import Glibc
internal import LinuxSystem

/// A container's line to the shim, from its first child to the start of its program.
final class ControlChannel {
    private let channel: MessageChannel

    init(_ channel: consuming MessageChannel) {
        self.channel = channel
    }

    /// Borrowed.
    var raw: Int32 { channel.raw }

    /// Tells the shim something. The descriptors are borrowed.
    func report(_ report: ContainerReport, descriptors: [Int32] = []) throws(ContainerFailure) {
        try step("the shim") { try channel.send(report, descriptors: descriptors) }
    }

    /// Waits for the one command that can come now. A shim that is gone, or has given the container up, ends the
    /// process: nobody is left to tell.
    func wait(for expected: ContainerCommand) throws(ContainerFailure) {
        let received = try step("the shim") { try channel.receive(ContainerCommand.self) }
        guard let received else { _exit(1) }
        for descriptor in received.descriptors { _ = close(descriptor) }
        switch (received.message, expected) {
        case (.usersMapped, .usersMapped), (.hooksRun, .hooksRun), (.start, .start): return
        default:
            throw ContainerFailure(
                .protocolViolation, step: "the shim", message: "sent \(received.message); expected \(expected)")
        }
    }

    /// Waits for the rest of a container that was begun. A shim that is gone, or has given the container up, ends the
    /// process.
    ///
    /// - Returns: the request, and its descriptors, which are the caller's.
    func waitForCreate() throws(ContainerFailure) -> (CreateRequest, [Int32]) {
        let received = try step("the shim") { try channel.receive(ContainerCommand.self) }
        guard let received else { _exit(0) }
        guard case .create(let request) = received.message else {
            throw ContainerFailure(
                .protocolViolation, step: "the shim", message: "sent \(received.message); expected create")
        }
        return (request, received.descriptors)
    }

    /// Tells the shim why there will be no container. A shim that has gone meanwhile needs no telling.
    func tell(_ failure: ContainerFailure) {
        try? channel.send(ContainerReport.failed(failure))
    }

    /// Tells it, and ends the process.
    func end(_ failure: ContainerFailure) -> Never {
        tell(failure)
        _exit(1)
    }
}
