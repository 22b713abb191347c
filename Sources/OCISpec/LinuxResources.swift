/// The limits of a container's cgroup (config-linux.md, "Control groups"). Also what the task service's Update carries.
package struct LinuxResources: Codable, Hashable, Sendable {
    package var devices: [DeviceRule]?
    package var memory: MemoryResources?
    package var cpu: CPUResources?
    package var pids: PidsResources?
    package var blockIO: BlockIOResources?
    package var hugepageLimits: [HugepageLimit]?
    package var network: NetworkResources?
    package var rdma: [String: RDMAResources]?
    /// Files of cgroup v2 and what to write to them.
    package var unified: [String: String]?

    package init() {}
}

/// A rule of the device allow-list; nil is "all".
package struct DeviceRule: Codable, Hashable, Sendable {
    package var allow: Bool
    /// `a`, `c` or `b`.
    package var type: String?
    package var major: Int64?
    package var minor: Int64?
    /// Some of `r`, `w`, `m`.
    package var access: String?

    package init(
        allow: Bool, type: String? = nil, major: Int64? = nil, minor: Int64? = nil, access: String? = nil
    ) {
        self.allow = allow
        self.type = type
        self.major = major
        self.minor = minor
        self.access = access
    }
}

/// Bytes; -1 is "no limit".
package struct MemoryResources: Codable, Hashable, Sendable {
    package var limit: Int64?
    package var reservation: Int64?
    /// Memory and swap together, as cgroup v1 counts.
    package var swap: Int64?
    package var kernel: Int64?
    package var kernelTCP: Int64?
    package var swappiness: UInt64?
    package var disableOOMKiller: Bool?
    package var useHierarchy: Bool?
    package var checkBeforeUpdate: Bool?

    package init() {}
}

/// Microseconds, but for shares.
package struct CPUResources: Codable, Hashable, Sendable {
    package var shares: UInt64?
    package var quota: Int64?
    package var burst: UInt64?
    package var period: UInt64?
    package var realtimeRuntime: Int64?
    package var realtimePeriod: UInt64?
    package var cpus: String?
    package var mems: String?
    package var idle: Int64?

    package init() {}
}

/// How many tasks; 0 or less is "no limit".
package struct PidsResources: Codable, Hashable, Sendable {
    package var limit: Int64?

    package init(limit: Int64?) {
        self.limit = limit
    }
}

/// Block I/O weights (10 to 1000) and throttles (bytes or operations a second).
package struct BlockIOResources: Codable, Hashable, Sendable {
    package var weight: UInt16?
    package var leafWeight: UInt16?
    package var weightDevice: [WeightDevice]?
    package var throttleReadBpsDevice: [ThrottleDevice]?
    package var throttleWriteBpsDevice: [ThrottleDevice]?
    package var throttleReadIOPSDevice: [ThrottleDevice]?
    package var throttleWriteIOPSDevice: [ThrottleDevice]?

    package init() {}
}

/// A device's own weight.
package struct WeightDevice: Codable, Hashable, Sendable {
    package var major: Int64
    package var minor: Int64
    package var weight: UInt16?
    package var leafWeight: UInt16?
}

/// A device's throttle.
package struct ThrottleDevice: Codable, Hashable, Sendable {
    package var major: Int64
    package var minor: Int64
    package var rate: UInt64
}

/// A limit on huge pages of one size.
package struct HugepageLimit: Codable, Hashable, Sendable {
    /// Such as `2MB`, `1GB`.
    package var pageSize: String
    /// Bytes.
    package var limit: UInt64
}

/// The class id and priorities of net_cls and net_prio.
package struct NetworkResources: Codable, Hashable, Sendable {
    package var classID: UInt32?
    package var priorities: [InterfacePriority]?
}

/// An interface's priority.
package struct InterfacePriority: Codable, Hashable, Sendable {
    package var name: String
    package var priority: UInt32
}

/// How many handles and objects of an RDMA device.
package struct RDMAResources: Codable, Hashable, Sendable {
    package var hcaHandles: UInt32?
    package var hcaObjects: UInt32?
}
