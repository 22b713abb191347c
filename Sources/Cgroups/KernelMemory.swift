internal import OCISpec

/// Memory of the kernel is counted with the rest since Linux 5.11 and can't be limited by itself: like runc, say so
/// and go on.
func kernelMemoryWarnings(_ resources: LinuxResources) -> [CgroupWarning] {
    var warnings: [CgroupWarning] = []
    let fields = [("kernel", resources.memory?.kernel), ("kernelTCP", resources.memory?.kernelTCP)]
    for (name, value) in fields where value.unlessZero != nil {
        warnings.append(
            CgroupWarning(
                field: "linux.resources.memory.\(name)",
                message: "kernel memory has no limit of its own; the field is ignored"))
    }
    return warnings
}
