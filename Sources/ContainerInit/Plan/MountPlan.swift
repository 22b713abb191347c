internal import LinuxSystem
package import OCISpec

/// A mount to make, read and checked.
package struct MountPlan: Sendable {
    /// What is mounted, as far as it is done differently.
    package enum Kind: Hashable, Sendable {
        case bind
        /// procfs and sysfs: only on a directory that no link leads to.
        case proc, sysfs
        case tmpfs
        case mqueue
        case cgroup
        case other
    }

    /// How errors name it: `mounts[3] (/data)`.
    package let field: String
    package let kind: Kind
    /// Absolute, inside the container.
    package let destination: String
    /// As mount(2) takes it; empty for a bind mount.
    package let type: String
    /// For a bind mount an absolute path of the runtime's mount namespace.
    package let source: String
    package let options: MountOptions
    /// For an idmapped mount; empty means those of the container's user namespace.
    package let uidMappings: [IDMapping]
    package let gidMappings: [IDMapping]

    init(_ mount: Mount, index: Int, bundle: String) throws(SpecError) {
        let field = "mounts[\(index)]"
        self.field = "\(field) (\(mount.destination))"
        guard !mount.destination.isEmpty else {
            throw SpecError(.invalid, field: "\(field).destination", "found an empty path; expected an absolute one")
        }
        // The specification knows relative destinations as deprecated: they begin at the root.
        destination = mount.destination.hasPrefix("/") ? mount.destination : "/" + mount.destination

        var options = MountOptions(mount.options ?? [])
        if mount.type == "bind" { options.flags.insert(.bind) }
        uidMappings = mount.uidMappings ?? []
        gidMappings = mount.gidMappings ?? []
        if !uidMappings.isEmpty || !gidMappings.isEmpty {
            guard !uidMappings.isEmpty, !gidMappings.isEmpty else {
                throw SpecError(.missing, field: "\(field).uidMappings", "uidMappings and gidMappings go together")
            }
            try check(uidMappings, field: "\(field).uidMappings")
            try check(gidMappings, field: "\(field).gidMappings")
            if options.idMap == nil { options.idMap = .one }
        }
        self.options = options

        if options.flags.contains(.bind) {
            kind = .bind
            type = ""
            guard let source = mount.source, !source.isEmpty else {
                throw SpecError(.missing, field: "\(field).source", "a bind mount needs a source")
            }
            self.source = source.hasPrefix("/") ? source : "\(bundle)/\(source)"
        } else {
            guard let type = mount.type, !type.isEmpty else {
                throw SpecError(.missing, field: "\(field).type", "a mount that is no bind mount needs a type")
            }
            guard options.idMap == nil else {
                throw SpecError(.unsupported, field: "\(field).options", "ids can be mapped for bind mounts only")
            }
            self.type = type
            self.source = mount.source ?? type
            kind =
                switch type {
                case "proc": .proc
                case "sysfs": .sysfs
                case "tmpfs": .tmpfs
                case "mqueue": .mqueue
                case "cgroup", "cgroup2": .cgroup
                default: .other
                }
        }
        if options.copiesUp && kind != .tmpfs {
            throw SpecError(.invalid, field: "\(field).options", "tmpcopyup is for mounts of type tmpfs")
        }
    }

    /// Whether it is mounted writable first and made read-only when the container's /dev and hooks are done.
    var isMadeReadOnlyLater: Bool { kind == .tmpfs && options.flags.contains(.readOnly) }
}
