internal import OCISpec

/// `misc`: countable things of a host, such as address spaces of encrypted guests. The specification has no field for
/// it but `unified`; being named here gets it enabled.
enum V2Misc: V2Controller {
    static let name = "misc"

    static func requestedField(in resources: LinuxResources) -> String? {
        resources.unified?.keys.contains("misc.max") == true ? "linux.resources.unified[\"misc.max\"]" : nil
    }

    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {}
}
