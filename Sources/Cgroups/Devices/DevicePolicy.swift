internal import OCISpec

/// Which devices a container may use: the specification's rules in order, then those that every container has.
///
/// The last rule that says something about an access decides. Rules before one about everything have no effect and
/// are dropped: that one becomes the default.
struct DevicePolicy: Hashable, Sendable {
    enum Kind: Character, Hashable, Sendable {
        case character = "c"
        case block = "b"
    }

    struct Permissions: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let mknod = Permissions(rawValue: 1)
        static let read = Permissions(rawValue: 2)
        static let write = Permissions(rawValue: 4)
        static let all: Permissions = [.mknod, .read, .write]

        /// In the order in which the kernel prints them.
        var text: String {
            (contains(.read) ? "r" : "") + (contains(.write) ? "w" : "") + (contains(.mknod) ? "m" : "")
        }
    }

    /// Devices of one kind; nil is any number.
    struct Selector: Hashable, Sendable {
        var kind: Kind
        var major: Int32?
        var minor: Int32?

        var text: String {
            "\(kind.rawValue) \(major.map { "\($0)" } ?? "*"):\(minor.map { "\($0)" } ?? "*")"
        }
    }

    struct Rule: Hashable, Sendable {
        var allow: Bool
        var selector: Selector
        var permissions: Permissions
        /// The specification's field, for messages; nil for our own.
        var field: String?
    }

    /// What holds where no rule says anything. Without any rule: deny, as runc.
    private(set) var allowsByDefault = false
    private(set) var rules: [Rule] = []

    /// - Throws: `invalid`, naming the rule's field.
    init(_ specification: [DeviceRule]?) throws(CgroupError) {
        for (index, rule) in (specification ?? []).enumerated() {
            try add(rule, field: "linux.resources.devices[\(index)]")
        }
        rules += Self.common
    }

    private mutating func add(_ rule: DeviceRule, field: String) throws(CgroupError) {
        let permissions = try Self.permissions(rule.access, field: field)
        let major = try Self.number(rule.major, field: "\(field).major")
        let minor = try Self.number(rule.minor, field: "\(field).minor")
        let kinds: [Kind]
        switch rule.type ?? "a" {
        case "", "a":
            if permissions == .all, major == nil, minor == nil {
                allowsByDefault = rule.allow
                rules = []
                return
            }
            kinds = [.character, .block]
        case "c", "u": kinds = [.character]
        case "b": kinds = [.block]
        case let other:
            throw CgroupError(.invalid, field: "\(field).type", "found \"\(other)\"; a, b or c would be right")
        }
        for kind in kinds {
            rules.append(
                Rule(
                    allow: rule.allow, selector: Selector(kind: kind, major: major, minor: minor),
                    permissions: permissions, field: field))
        }
    }

    private static func permissions(_ access: String?, field: String) throws(CgroupError) -> Permissions {
        guard let access, !access.isEmpty else { return .all }
        var permissions: Permissions = []
        for character in access {
            switch character {
            case "r": permissions.insert(.read)
            case "w": permissions.insert(.write)
            case "m": permissions.insert(.mknod)
            default:
                throw CgroupError(
                    .invalid, field: "\(field).access", "found \"\(access)\"; some of r, w and m would be right")
            }
        }
        return permissions
    }

    /// -1 is "any" in the wild.
    private static func number(_ value: Int64?, field: String) throws(CgroupError) -> Int32? {
        guard let value, value != -1 else { return nil }
        guard value >= 0, let number = Int32(exactly: value) else {
            throw CgroupError(
                .invalid, field: field, "found \(value); a device number would be right, or nothing for all")
        }
        return number
    }

    /// Making any node, and using the nodes that every container has (config-linux.md, "Default Devices"):
    /// null, random, full, tty, zero, urandom, the pseudo-terminals and their multiplexer.
    /// The container's /dev/console is a pseudo-terminal, so the machine's own console is not among them.
    private static let common: [Rule] =
        [(.character, nil, nil, .mknod), (.block, nil, nil, .mknod)].map(allowing)
        + [(1, 3), (1, 8), (1, 7), (5, 0), (1, 5), (1, 9), (136, nil), (5, 2)].map {
            allowing((.character, $0.0, $0.1, .all))
        }

    private static func allowing(_ part: (Kind, Int32?, Int32?, Permissions)) -> Rule {
        Rule(
            allow: true, selector: Selector(kind: part.0, major: part.1, minor: part.2), permissions: part.3, field: nil
        )
    }
}
