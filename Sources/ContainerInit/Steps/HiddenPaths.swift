internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Covers the masked paths and makes the read-only ones so. What is not there needs neither.
///
/// After the hooks, which may still mount things there; before the switch of the root, while descriptors can be named
/// by a /proc that is the host's.
func hidePaths(_ plan: ContainerPlan, root: borrowing RootDirectory) throws(ContainerFailure) {
    if !plan.maskedPaths.isEmpty {
        let null = try step("linux.maskedPaths") { try openNullDevice(root) }
        for (index, path) in plan.maskedPaths.enumerated() {
            try step("linux.maskedPaths[\(index)] (\(path))") { try mask(path, with: null.raw, root) }
        }
    }
    for (index, path) in plan.readonlyPaths.enumerated() {
        try step("linux.readonlyPaths[\(index)] (\(path))") { try protect(path, root) }
    }
}

/// The container's own null device, looked at twice: a file that poses as it would cover nothing.
func openNullDevice(_ root: borrowing RootDirectory) throws(SystemCallError) -> OwnedFileDescriptor {
    let null = try root.open("/dev/null", OpenFlag.path | O_NOFOLLOW)
    let found = try FileStatus(of: null.raw, name: "/dev/null")
    guard found.kind == .characterDevice, found.representedDevice == DevicePlan.null else {
        throw SystemCallError(
            "open", "/dev/null", errno: .operationNotSupportedByDevice,
            remedy: "the container's /dev/null is not the null device")
    }
    return null
}

private func openIfThere(
    _ path: String, _ root: borrowing RootDirectory
) throws(SystemCallError) -> OwnedFileDescriptor? {
    do {
        return try root.open(path)
    } catch {
        if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return nil }
        throw error
    }
}

private func mask(_ path: String, with null: Int32, _ root: borrowing RootDirectory) throws(SystemCallError) {
    guard let place = try openIfThere(path, root) else { return }
    let target = pathOf(descriptor: place.raw)
    if try FileStatus(of: place.raw, name: path).kind == .directory {
        try mountFileSystem(source: "tmpfs", target: target, type: "tmpfs", flags: .readOnly, name: path)
    } else {
        try mountFileSystem(source: pathOf(descriptor: null), target: target, flags: .bind, name: path)
    }
}

private func protect(_ path: String, _ root: borrowing RootDirectory) throws(SystemCallError) {
    guard let place = try openIfThere(path, root) else { return }
    let target = pathOf(descriptor: place.raw)
    try mountFileSystem(source: target, target: target, flags: [.bind, .recursive], name: path)
    guard let bound = try openIfThere(path, root) else { return }
    try remountReadOnly(bound.raw, name: path)
}
