internal import EngineProtocol
internal import Glibc
internal import LinuxSystem

/// A create request on its way to the fork, with the descriptors that came with it.
///
/// Whatever becomes of it, the descriptors are closed in the zygote when it goes: the child has its own copies.
final class PendingCreate {
    let request: CreateRequest
    let descriptors: RequestDescriptors
    /// Borrowed.
    let control: Int32

    /// Takes the descriptors over.
    ///
    /// - Throws: `ContainerFailure` when the roles and the descriptors do not match, or none is of the control channel;
    ///   they are closed then.
    init(_ request: CreateRequest, descriptors: [Int32]) throws(ContainerFailure) {
        self.request = request
        self.descriptors = try RequestDescriptors(request, descriptors)
        guard let control = self.descriptors[.control] else {
            throw ContainerFailure(
                .protocolViolation, step: "create \(request.id)", message: "no control channel came with the request")
        }
        self.control = control
    }

    /// Tells the shim. A shim that has gone meanwhile needs no telling.
    func report(_ report: ContainerReport) {
        let copy = fcntl(control, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { return }
        try? MessageChannel(owning: OwnedFileDescriptor(owning: copy)).send(report)
    }
}
