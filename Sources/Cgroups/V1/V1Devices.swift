internal import OCISpec

/// `devices`: the list is set when the cgroup is made, before anything is in it (cgroup-v1/devices.rst).
enum V1Devices: V1Controller {
    static let name = "devices"

    /// Its field is answered for by `CgroupNode.place(for:)`: no container goes without.
    static func setList(_ rules: [DeviceRule]?, in directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        let exceptions = try DeviceExceptions(try DevicePolicy(rules))
        for (file, values) in exceptions.writes(isNew: isNew) {
            try directory.write(values, to: file, field: "linux.resources.devices")
        }
    }
}
