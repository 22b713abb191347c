/// What is Linux's own of a container's configuration (config-linux.md).
package struct Linux: Codable, Hashable, Sendable {
    package var uidMappings: [IDMapping]?
    package var gidMappings: [IDMapping]?
    package var sysctl: [String: String]?
    package var resources: LinuxResources?
    package var cgroupsPath: String?
    package var namespaces: [Namespace]?
    package var devices: [Device]?
    package var seccomp: SeccompProfile?
    /// `shared`, `slave`, `private`, `unbindable` and their `r` forms.
    package var rootfsPropagation: String?
    package var maskedPaths: [String]?
    package var readonlyPaths: [String]?
    package var mountLabel: String?
    package var intelRdt: IntelRDT?
    package var personality: Personality?
    package var timeOffsets: [String: TimeOffset]?

    package init() {}
}

/// A namespace that the container has of its own, or joins by path.
package struct Namespace: Codable, Hashable, Sendable {
    /// The kinds of namespaces(7) by their names in the specification.
    package enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
        case pid, network, mount, ipc, uts, user, cgroup, time
    }

    package var type: Kind
    /// Absolute, in the runtime's mount namespace; absent or empty: a new one.
    package var path: String?

    package init(type: Kind, path: String? = nil) {
        self.type = type
        self.path = path
    }
}

/// A device node to make.
package struct Device: Codable, Hashable, Sendable {
    /// `c`, `b`, `u` or `p`.
    package var type: String
    package var path: String
    package var major: Int64?
    package var minor: Int64?
    package var fileMode: UInt32?
    package var uid: UInt32?
    package var gid: UInt32?

    package init(
        type: String, path: String, major: Int64? = nil, minor: Int64? = nil, fileMode: UInt32? = nil,
        uid: UInt32? = nil, gid: UInt32? = nil
    ) {
        self.type = type
        self.path = path
        self.major = major
        self.minor = minor
        self.fileMode = fileMode
        self.uid = uid
        self.gid = gid
    }
}

/// Cache allocation of resctrl.
package struct IntelRDT: Codable, Hashable, Sendable {
    package var closID: String?
    package var l3CacheSchema: String?
    package var memBwSchema: String?
    package var enableCMT: Bool?
    package var enableMBM: Bool?
}

/// The execution domain of personality(2).
package struct Personality: Codable, Hashable, Sendable {
    /// `LINUX` or `LINUX32`.
    package var domain: String
    package var flags: [String]?
}

/// An offset of a clock of a time namespace (time_namespaces(7)).
package struct TimeOffset: Codable, Hashable, Sendable {
    package var secs: Int64?
    package var nanosecs: UInt32?
}
