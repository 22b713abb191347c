internal import Glibc
internal import OCISpec
internal import SystemPackage

/// `devices`: the list is set when the cgroup is made, before anything is in it (cgroup-v1/devices.rst).
enum V1Devices: V1Controller {
    static let name = "devices"

    /// Its field is answered for by `CgroupNode.place(for:)`: no container goes without.
    static func setList(_ rules: [DeviceRule]?, in directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        let exceptions = try DeviceExceptions(try DevicePolicy(rules))
        for (file, values) in exceptions.writes(isNew: isNew) {
            // A cgroup below that was removed just now counts a little longer, and with it "a" is refused.
            for _ in 0..<(isNew || values != ["a"] ? 0 : 1000) {
                guard directory.attemptWrite("a", to: file) == .invalidArgument else { break }
                usleep(1000)
            }
            try directory.write(values, to: file, field: "linux.resources.devices")
        }
    }
}
