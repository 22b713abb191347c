internal import EngineProtocol
internal import Glibc
internal import LinuxSystem

/// The descriptors that came with a request; closed when this goes.
final class RequestDescriptors {
    private let descriptors: [DescriptorRole: Int32]
    /// What a native process is to have from 3 on; borrowed.
    let preserved: [Int32]

    /// Takes the descriptors over.
    ///
    /// - Throws: `ContainerFailure` when the roles and the descriptors do not match, or there is no room for them; they
    ///   are closed then.
    init(_ request: CreateRequest, _ descriptors: [Int32]) throws(ContainerFailure) {
        let roles = request.descriptors
        let single = roles.filter { $0 != .preserved }
        guard roles.count == descriptors.count, Set(single).count == single.count else {
            for descriptor in descriptors { _ = close(descriptor) }
            throw ContainerFailure(
                .protocolViolation, step: "create \(request.id)",
                message: "\(descriptors.count) descriptors came for the roles \(roles.map(\.rawValue))")
        }
        let places = try Self.clear(roles.count - single.count, descriptors)
        let all = zip(roles, places)
        self.descriptors = Dictionary(uniqueKeysWithValues: all.filter { $0.0 != .preserved })
        preserved = all.filter { $0.0 == .preserved }.map(\.1)
    }

    /// Moves what lies where so many preserved descriptors will: the others must be there, and stay what they are, when
    /// those come to their places.
    private static func clear(_ count: Int, _ descriptors: [Int32]) throws(ContainerFailure) -> [Int32] {
        guard count > 0 else { return descriptors }
        var places = descriptors
        let first = Int32(3 + count)
        for (index, descriptor) in descriptors.enumerated() where descriptor < first {
            do throws(SystemCallError) {
                places[index] = try systemCall("fcntl", "F_DUPFD_CLOEXEC") {
                    fcntl(descriptor, F_DUPFD_CLOEXEC, first)
                }
            } catch {
                for place in places { _ = close(place) }
                throw ContainerFailure(error)
            }
            _ = close(descriptor)
        }
        return places
    }

    deinit {
        for descriptor in Array(descriptors.values) + preserved { _ = close(descriptor) }
    }

    /// Borrowed; nil when none came for the role.
    subscript(role: DescriptorRole) -> Int32? { descriptors[role] }
}
