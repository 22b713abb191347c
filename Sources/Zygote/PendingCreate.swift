internal import EngineProtocol
internal import Glibc
internal import LinuxSystem

/// A create request on its way to the fork, with the descriptors that came with it.
///
/// Whatever becomes of it, the descriptors are closed in the zygote when it goes: the child has its own copies.
final class PendingCreate {
    let request: CreateRequest
    private let descriptors: [DescriptorRole: Int32]
    private let control: MessageChannel

    /// Takes the descriptors over.
    ///
    /// - Throws: `ContainerFailure` when the roles and the descriptors do not match; they are closed then.
    init(_ request: CreateRequest, descriptors: [Int32]) throws(ContainerFailure) {
        let roles = request.descriptors
        guard roles.count == descriptors.count, Set(roles).count == roles.count,
            let control = zip(roles, descriptors).first(where: { $0.0 == .control })?.1
        else {
            for descriptor in descriptors { _ = close(descriptor) }
            throw ContainerFailure(
                .protocolViolation, step: "create \(request.id)",
                message: "\(descriptors.count) descriptors came for the roles \(roles.map(\.rawValue))")
        }
        self.request = request
        self.descriptors = Dictionary(uniqueKeysWithValues: zip(roles, descriptors).filter { $0.0 != .control })
        self.control = MessageChannel(owning: OwnedFileDescriptor(owning: control))
    }

    deinit {
        for descriptor in descriptors.values { _ = close(descriptor) }
    }

    /// Borrowed; nil when none came for the role.
    subscript(role: DescriptorRole) -> Int32? {
        role == .control ? control.raw : descriptors[role]
    }

    /// Tells the shim. A shim that has gone meanwhile needs no telling.
    func report(_ report: ContainerReport) {
        try? control.send(report)
    }
}
