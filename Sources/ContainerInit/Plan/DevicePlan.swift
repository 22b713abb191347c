internal import LinuxSystem
internal import OCISpec

/// A device node to make.
package struct DevicePlan: Sendable {
    package enum Kind: Sendable {
        case character, block, fifo
    }

    package let kind: Kind
    /// Absolute, inside the container; also the host's path when the node has to be bind-mounted.
    package let path: String
    package let number: UInt64
    package let mode: UInt32
    package let uid: UInt32
    package let gid: UInt32
    package let field: String

    /// The null device: what masked files are covered with.
    static let null: UInt64 = deviceNumber(major: 1, minor: 3)

    init(_ device: Device, index: Int) throws(SpecError) {
        field = "linux.devices[\(index)] (\(device.path))"
        guard device.path.hasPrefix("/"), splitLast(device.path).last != nil else {
            throw SpecError(
                .invalid, field: "linux.devices[\(index)].path", "found \"\(device.path)\"; expected an absolute path")
        }
        path = device.path
        mode = (device.fileMode ?? 0o666) & 0o7777
        uid = device.uid ?? 0
        gid = device.gid ?? 0
        switch device.type {
        case "c", "u": kind = .character
        case "b": kind = .block
        case "p": kind = .fifo
        default:
            throw SpecError(
                .invalid, field: "linux.devices[\(index)].type", "found \"\(device.type)\"; expected c, b, u or p")
        }
        if kind == .fifo {
            number = 0
        } else {
            guard let major = device.major.flatMap(UInt32.init(exactly:)),
                let minor = device.minor.flatMap(UInt32.init(exactly:))
            else {
                throw SpecError(
                    .missing, field: "linux.devices[\(index)]", "a device of type \(device.type) needs major and minor")
            }
            number = deviceNumber(major: major, minor: minor)
        }
    }

    private init(defaultNode name: String, major: UInt32, minor: UInt32) {
        kind = .character
        path = "/dev/\(name)"
        number = deviceNumber(major: major, minor: minor)
        mode = 0o666
        uid = 0
        gid = 0
        field = path
    }

    /// Those that every container has (config-linux.md, "Default Devices").
    static let defaults = [
        DevicePlan(defaultNode: "null", major: 1, minor: 3),
        DevicePlan(defaultNode: "zero", major: 1, minor: 5),
        DevicePlan(defaultNode: "full", major: 1, minor: 7),
        DevicePlan(defaultNode: "random", major: 1, minor: 8),
        DevicePlan(defaultNode: "urandom", major: 1, minor: 9),
        DevicePlan(defaultNode: "tty", major: 5, minor: 0),
    ]

    /// The specification's devices, and the default ones that it does not say itself.
    static func all(_ devices: [Device]?) throws(SpecError) -> [DevicePlan] {
        var plans: [DevicePlan] = []
        for (index, device) in (devices ?? []).enumerated() { plans.append(try DevicePlan(device, index: index)) }
        let named = Set(plans.map(\.path))
        return defaults.filter { !named.contains($0.path) } + plans
    }
}
