internal import OCISpec

/// A property of a systemd unit, by how D-Bus types it (org.freedesktop.systemd1(5)).
struct SystemdProperty: Hashable, Sendable {
    enum Value: Hashable, Sendable {
        case text(String)
        case number(UInt64)
        case flag(Bool)
        case process(Int32)
        case bytes([UInt8])
        /// Devices and what may be done with them: `DeviceAllow`.
        case devices([[String]])
    }

    let name: String
    let value: Value
}

/// Limits as the properties of a unit, so that `systemctl show` says them, and that systemd, when it writes a unit's
/// files anew (as after `daemon-reload`), writes what was asked for. The files are written by us as well: systemd
/// rounds, and does not know everything. (systemd.resource-control(5))
enum SystemdProperties {
    static func limits(
        _ resources: LinuxResources, version: CgroupPlace.Version
    ) throws(CgroupError) -> [SystemdProperty] {
        var found: [SystemdProperty] = []
        func add(_ name: String, _ value: UInt64?) {
            if let value { found.append(SystemdProperty(name: name, value: .number(value))) }
        }
        if let shares = resources.cpu?.shares.unlessZero, resources.cpu?.idle.unlessZero == nil {
            switch version {
            case .v1: add("CPUShares", shares)
            case .v2: add("CPUWeight", V2CPU.weight(fromShares: shares))
            }
        }
        if let quota = resources.cpu?.quota.unlessZero {
            add("CPUQuotaPerSecUSec", quotaPerSecond(quota, period: resources.cpu?.period.unlessZero ?? 100_000))
        }
        if let memory = resources.memory {
            switch version {
            case .v1: add("MemoryLimit", memory.limit.unlessZero.map(limit))
            case .v2:
                add("MemoryMax", memory.limit.unlessZero.map(limit))
                add("MemoryLow", memory.reservation.unlessZero.map(limit))
                add("MemorySwapMax", try V2Memory.swapOnly(memory).map(limit))
            }
        }
        if let pids = resources.pids?.limit.unlessZero { add("TasksMax", limit(pids)) }
        if version == .v2 {
            if let cpus = try bits(resources.cpu?.cpus, field: "linux.resources.cpu.cpus") {
                found.append(SystemdProperty(name: "AllowedCPUs", value: .bytes(cpus)))
            }
            if let nodes = try bits(resources.cpu?.mems, field: "linux.resources.cpu.mems") {
                found.append(SystemdProperty(name: "AllowedMemoryNodes", value: .bytes(nodes)))
            }
            for (file, name) in unifiedNames { add(name, resources.unified?[file].flatMap(number)) }
        }
        return found
    }

    /// Files of `linux.resources.unified` that are one number, or `max`.
    private static let unifiedNames = [
        ("cpu.weight", "CPUWeight"), ("memory.min", "MemoryMin"), ("memory.low", "MemoryLow"),
        ("memory.high", "MemoryHigh"), ("memory.max", "MemoryMax"), ("memory.swap.max", "MemorySwapMax"),
        ("pids.max", "TasksMax"),
    ]

    private static func number(_ text: String) -> UInt64? {
        let value = trimmed(text)
        return value == "max" ? .max : UInt64(value)
    }

    private static func limit(_ value: Int64) -> UInt64 { value < 0 ? .max : UInt64(value) }

    /// Microseconds of processor time in a second, up to the next 10 ms, which is all that systemd can say.
    static func quotaPerSecond(_ quota: Int64, period: UInt64) -> UInt64 {
        guard quota > 0 else { return .max }
        let (product, overflow) = UInt64(quota).multipliedReportingOverflow(by: 1_000_000)
        guard !overflow, period > 0 else { return .max }
        return (product / period + 9_999) / 10_000 * 10_000
    }

    /// A list such as `0-2,5` as bits, the lowest first.
    static func bits(_ list: String?, field: String) throws(CgroupError) -> [UInt8]? {
        guard let list, !list.isEmpty else { return nil }
        var bytes: [UInt8] = []
        for part in list.split(separator: ",") {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int(trimmed(String($0))) }
            guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], 0 <= first, first <= last,
                last < 65_536
            else { throw CgroupError(.invalid, field: field, "found \"\(list)\"; a list such as 0-2,5 would be right") }
            while bytes.count <= last / 8 { bytes.append(0) }
            for bit in first...last { bytes[bit / 8] |= 1 << UInt8(bit % 8) }
        }
        return bytes
    }

    /// The list of devices. What can't be said to systemd is left to our own list, which applies as well.
    static func devices(_ rules: [DeviceRule]?, groups: (Character, Int32) -> String?) throws(CgroupError)
        -> [SystemdProperty]
    {
        let policy = try DevicePolicy(rules)
        func policyOnly(_ name: String) -> [SystemdProperty] {
            [
                SystemdProperty(name: "DevicePolicy", value: .text(name)),
                SystemdProperty(name: "DeviceAllow", value: .devices([])),
            ]
        }
        guard !policy.allowsByDefault else { return policyOnly("auto") }
        var list: [[String]] = []
        for rule in policy.rules where rule.allow {
            let kind = rule.selector.kind == .character ? "char" : "block"
            let device: String
            switch (rule.selector.major, rule.selector.minor) {
            case (nil, nil): device = "\(kind)-*"
            case (let major?, let minor?): device = "/dev/\(kind)/\(major):\(minor)"
            case (let major?, nil):
                guard let group = groups(rule.selector.kind.rawValue, major) else { return policyOnly("auto") }
                device = "\(kind)-\(group)"
            // Any major number with this minor one: systemd has no word for it.
            case (nil, _): return policyOnly("auto")
            }
            list.append([device, rule.permissions.text])
        }
        return [
            SystemdProperty(name: "DevicePolicy", value: .text("strict")),
            SystemdProperty(name: "DeviceAllow", value: .devices(list)),
        ]
    }
}

/// The name of a major number's driver in the text of /proc/devices (proc(5)).
func deviceGroup(_ kind: Character, _ major: Int32, in text: String) -> String? {
    var isWanted = false
    for line in text.split(separator: "\n") {
        if line.hasSuffix(" devices:") {
            isWanted = line.hasPrefix(kind == "c" ? "Character" : "Block")
            continue
        }
        let words = line.split(separator: " ")
        if isWanted, words.count == 2, Int32(words[0]) == major { return String(words[1]) }
    }
    return nil
}
