internal import Cgroups

/// What `state` and `list` say of a container (runtime.md, "State"; the fields beyond are runc's).
package struct ContainerSummary: Encodable, Hashable, Sendable {
    /// The specification's, and `paused`.
    package enum Status: String, Encodable, Sendable {
        case creating, created, running, paused, stopped
    }

    package var ociVersion: String
    package var id: String
    /// 0 when it is stopped.
    package var pid: Int32
    package var status: Status
    package var bundle: String
    package var rootfs: String
    /// RFC 3339.
    package var created: String
    package var annotations: [String: String]?
    /// The user's id.
    package var owner: String

    package init(_ record: ContainerRecord) {
        ociVersion = record.ociVersion
        id = record.id
        status = record.status
        pid = status == .stopped ? 0 : record.process?.pid ?? 0
        bundle = record.bundle
        rootfs = record.rootfs
        created = record.created
        annotations = record.annotations
        owner = "\(record.owner)"
    }
}

extension ContainerRecord {
    /// As the kernel has it now.
    var status: ContainerSummary.Status {
        guard let process else { return .creating }
        guard process.open() != nil else { return .stopped }
        if stage != .started { return .created }
        if let cgroup, let state = try? cgroup.open().freezerState(), state != .thawed { return .paused }
        return .running
    }
}
