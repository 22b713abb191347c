/// A policy in the terms of version 1's devices controller: a default, and a list of exceptions from it.
///
/// The controller has no order: an exception can be taken back only by naming it exactly. A rule that would cut a
/// hole into a wider exception is refused, for the kernel would accept it and do nothing (as runc refuses it).
/// (security/device_cgroup.c)
struct DeviceExceptions: Hashable, Sendable {
    struct Exception: Hashable, Sendable {
        let selector: DevicePolicy.Selector
        var permissions: DevicePolicy.Permissions

        var text: String { "\(selector.text) \(permissions.text)" }
    }

    let allowsByDefault: Bool
    /// In order of first mention.
    private(set) var exceptions: [Exception] = []

    init(_ policy: DevicePolicy) throws(CgroupError) {
        allowsByDefault = policy.allowsByDefault
        for rule in policy.rules {
            if rule.allow == allowsByDefault {
                try takeBack(rule)
            } else {
                add(rule)
            }
        }
        exceptions.removeAll { $0.permissions.isEmpty }
    }

    private mutating func add(_ rule: DevicePolicy.Rule) {
        if let index = exceptions.firstIndex(where: { $0.selector == rule.selector }) {
            exceptions[index].permissions.formUnion(rule.permissions)
        } else {
            exceptions.append(Exception(selector: rule.selector, permissions: rule.permissions))
        }
    }

    private mutating func takeBack(_ rule: DevicePolicy.Rule) throws(CgroupError) {
        for index in exceptions.indices {
            let wider = exceptions[index].selector
            let shared = exceptions[index].permissions.intersection(rule.permissions)
            guard !shared.isEmpty else { continue }
            if rule.selector.covers(wider) {
                exceptions[index].permissions.subtract(shared)
            } else if wider.overlaps(rule.selector), rule.field != nil {
                throw CgroupError(
                    .unsupported, field: rule.field,
                    "cgroup version 1 can't except \"\(rule.selector.text) \(rule.permissions.text)\" from the wider "
                        + "rule \"\(exceptions[index].text)\" before it; name devices singly")
            }
        }
    }

    /// What to write to devices.deny and devices.allow, in order.
    /// - Parameter isNew: a new cgroup has its parent's list, which for a parent that allows all is "allow all".
    func writes(isNew: Bool) -> [(file: String, values: [String])] {
        let lines = exceptions.map(\.text)
        if allowsByDefault {
            let reset: [(String, [String])] = isNew ? [] : [("devices.allow", ["a"])]
            return reset + (lines.isEmpty ? [] : [("devices.deny", lines)])
        }
        return [("devices.deny", ["a"]), ("devices.allow", lines)]
    }
}

extension DevicePolicy.Selector {
    /// Whether every device of `other` is one of these.
    func covers(_ other: Self) -> Bool {
        kind == other.kind && (major == nil || major == other.major) && (minor == nil || minor == other.minor)
    }

    /// Whether some device is of both.
    func overlaps(_ other: Self) -> Bool {
        kind == other.kind && (major == nil || other.major == nil || major == other.major)
            && (minor == nil || other.minor == nil || minor == other.minor)
    }
}
