internal import EngineProtocol
internal import Glibc
internal import LinuxSystem

/// The descriptors that came with a request; closed when this goes.
final class RequestDescriptors {
    private let descriptors: [DescriptorRole: Int32]

    /// Takes the descriptors over.
    ///
    /// - Throws: `ContainerFailure` when the roles and the descriptors do not match; they are closed then.
    init(_ request: CreateRequest, _ descriptors: [Int32]) throws(ContainerFailure) {
        let roles = request.descriptors
        guard roles.count == descriptors.count, Set(roles).count == roles.count else {
            for descriptor in descriptors { _ = close(descriptor) }
            throw ContainerFailure(
                .protocolViolation, step: "create \(request.id)",
                message: "\(descriptors.count) descriptors came for the roles \(roles.map(\.rawValue))")
        }
        self.descriptors = Dictionary(uniqueKeysWithValues: zip(roles, descriptors))
    }

    deinit {
        for descriptor in descriptors.values { _ = close(descriptor) }
    }

    /// Borrowed; nil when none came for the role.
    subscript(role: DescriptorRole) -> Int32? { descriptors[role] }
}
