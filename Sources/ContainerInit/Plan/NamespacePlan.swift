internal import Glibc
package import LinuxSystem
package import OCISpec

/// Which namespaces a container makes, and which it joins.
package struct NamespacePlan: Sendable {
    /// Those made new.
    package var made: NamespaceFlags = []
    /// Those joined, in the order of the specification.
    package var joined: [JoinedNamespace] = []
    /// The maps of a new user namespace; the shim writes them.
    package var uidMappings: [IDMapping] = []
    package var gidMappings: [IDMapping] = []
    /// The offsets of a new time namespace, as lines for /proc/self/timens_offsets (time_namespaces(7)).
    package var timeOffsets: String?

    /// A namespace that exists.
    package struct JoinedNamespace: Sendable {
        package let kind: NamespaceFlags
        package let path: String
        package let field: String
    }

    /// Whether the container has it of its own, or another container's: not the runtime's.
    package func has(_ kind: NamespaceFlags) -> Bool {
        made.contains(kind) || joined.contains { $0.kind == kind }
    }

    /// Whether a process that enters them may share its memory with another.
    ///
    /// Not with a user namespace, where it waits for the shim and takes other credentials on, nor with a time
    /// namespace, whose clocks are mapped into the memory (setns(2)).
    var allowSharedMemory: Bool { !has(.user) && !has(.time) }

    init(_ linux: Linux) throws(SpecError) {
        var seen: NamespaceFlags = []
        for (index, namespace) in (linux.namespaces ?? []).enumerated() {
            let field = "linux.namespaces[\(index)]"
            let kind = NamespaceFlags(namespace.type)
            guard !seen.contains(kind) else {
                throw SpecError(.invalid, field: field, "a second namespace of type \(namespace.type.rawValue)")
            }
            seen.insert(kind)
            guard let path = namespace.path, !path.isEmpty else {
                made.insert(kind)
                continue
            }
            guard path.hasPrefix("/") else {
                throw SpecError(.invalid, field: "\(field).path", "found \"\(path)\"; expected an absolute path")
            }
            // What the path names is the runtime's own namespace: nothing to join, nothing of the container's own.
            if Self.isOwn(path, kind) { continue }
            joined.append(JoinedNamespace(kind: kind, path: path, field: "\(field).path"))
        }
        // Its root could not come back to the runtime's mounts: see `leaveHostsMounts`.
        guard has(.mount) || !has(.user) else {
            throw SpecError(
                .unsupported, field: "linux.namespaces",
                "a user namespace without a mount namespace: add one of type mount")
        }
        try readMappings(linux)
        try readTimeOffsets(linux)
    }

    private static func isOwn(_ path: String, _ kind: NamespaceFlags) -> Bool {
        guard let own = NamespaceIdentity.own(kind), let other = try? NamespaceIdentity(at: path) else { return false }
        return own == other
    }

    private mutating func readMappings(_ linux: Linux) throws(SpecError) {
        uidMappings = linux.uidMappings ?? []
        gidMappings = linux.gidMappings ?? []
        for (mappings, field) in [(uidMappings, "linux.uidMappings"), (gidMappings, "linux.gidMappings")] {
            if made.contains(.user) && mappings.isEmpty {
                throw SpecError(.missing, field: field, "a new user namespace needs mappings")
            }
            if !mappings.isEmpty && !has(.user) {
                throw SpecError(.invalid, field: field, "mappings need a namespace of type user in linux.namespaces")
            }
            try check(mappings, field: field)
        }
    }

    private mutating func readTimeOffsets(_ linux: Linux) throws(SpecError) {
        guard let offsets = linux.timeOffsets, !offsets.isEmpty else { return }
        guard made.contains(.time) else {
            throw SpecError(
                .invalid, field: "linux.timeOffsets", "offsets need a new namespace of type time in linux.namespaces")
        }
        var lines = ""
        for (clock, offset) in offsets.sorted(by: { $0.key < $1.key }) {
            guard clock == "monotonic" || clock == "boottime" else {
                throw SpecError(
                    .invalid, field: "linux.timeOffsets.\(clock)", "no such clock; expected monotonic or boottime")
            }
            lines += "\(clock) \(offset.secs ?? 0) \(offset.nanosecs ?? 0)\n"
        }
        timeOffsets = lines
    }
}

/// Refuses what the kernel would (user_namespaces(7)): no more than 340 lines, none of them empty.
func check(_ mappings: [IDMapping], field: String) throws(SpecError) {
    guard mappings.count <= 340 else {
        throw SpecError(.invalid, field: field, "found \(mappings.count) mappings; the kernel takes 340")
    }
    for (index, mapping) in mappings.enumerated() where mapping.size == 0 {
        throw SpecError(.invalid, field: "\(field)[\(index)].size", "found 0; expected at least 1")
    }
}

extension NamespaceFlags {
    package init(_ kind: Namespace.Kind) {
        self =
            switch kind {
            case .pid: .pid
            case .network: .network
            case .mount: .mount
            case .ipc: .ipc
            case .uts: .uts
            case .user: .user
            case .cgroup: .cgroup
            case .time: .time
            }
    }

    /// The name of such a namespace in /proc/PID/ns.
    var procName: String? {
        switch self {
        case .pid: "pid"
        case .network: "net"
        case .mount: "mnt"
        case .ipc: "ipc"
        case .uts: "uts"
        case .user: "user"
        case .cgroup: "cgroup"
        case .time: "time"
        default: nil
        }
    }
}
