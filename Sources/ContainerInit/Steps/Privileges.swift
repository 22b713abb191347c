internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import SystemPackage

/// How the process is scheduled, while it may still say so.
func setScheduling(_ process: ProcessPlan) throws(ContainerFailure) {
    if let scheduling = process.scheduling { try step("process.scheduler") { try scheduling.apply() } }
    if let priority = process.ioPriority { try step("process.ioPriority") { try priority.apply() } }
}

/// Takes on the process's user, groups, capabilities and working directory. Nothing that needs more than they give
/// can be done afterwards.
///
/// - Parameter isExecuted: whether the process ends in execve, which changes the sets once more; a guest's are made what
///   that would have left.
func takeOnUser(_ process: ProcessPlan, isExecuted: Bool) throws(ContainerFailure) {
    // Once as root and, where root may not (a network filesystem), once as the user.
    let entered = try enterWorkingDirectory(process, mayBeRefused: true)
    let sets = process.capabilities
    // While CAP_SETPCAP is there.
    try step("process.capabilities.bounding") { try ProcessCapabilities.limitBoundingSet(to: sets.bounding) }
    try step("process.capabilities") { try ProcessCapabilities.keepAcrossUserChange(true) }
    giveStandardIO(to: process.user.uid)
    try step("process.user.additionalGids") { try setGroups(process.user.additionalGids ?? []) }
    try step("process.user.gid") { try Credentials.setGroup(process.user.gid) }
    try step("process.user.uid") { try Credentials.setUser(process.user.uid) }
    if !entered { _ = try enterWorkingDirectory(process, mayBeRefused: false) }
    try checkWorkingDirectory(process)
    try step("process.capabilities") {
        try ProcessCapabilities.keepAcrossUserChange(false)
        try setCapabilities(sets)
    }
    try step("process.capabilities.ambient") { try ProcessCapabilities.setAmbient(sets.ambient) }
    if !isExecuted {
        let left = sets.afterExecution(asRoot: process.user.uid == 0)
        try step("process.capabilities") {
            try ProcessCapabilities.set(
                effective: left.effective, permitted: left.permitted, inheritable: sets.inheritable)
        }
    }
}

private func setCapabilities(_ sets: CapabilityPlan) throws(SystemCallError) {
    do {
        try ProcessCapabilities.set(
            effective: sets.effective, permitted: sets.permitted, inheritable: sets.inheritable)
    } catch {
        guard error.errno == .notPermitted, let own = try? ProcessCapabilities.permitted() else { throw error }
        let missing = sets.permitted.subtracting(own).names
        throw SystemCallError(
            error.call, error.subject, errno: error.errno,
            remedy: missing.isEmpty ? nil : "this node's runtime has not got \(missing.joined(separator: ", "))")
    }
}

private func setGroups(_ groups: [UInt32]) throws(SystemCallError) {
    do {
        try Credentials.setGroups(groups)
    } catch {
        // In a user namespace whose /proc/PID/setgroups says "deny" there are none to drop.
        guard groups.isEmpty, error.errno == .notPermitted else { throw error }
    }
}

/// The user may use its own standard streams: /dev/stdout of a program that is not root. What has no owner that could
/// be changed (another filesystem, an unmapped one) stays as it is.
private func giveStandardIO(to user: UInt32) {
    for descriptor in Int32(0)...2 {
        guard let status = try? FileStatus(of: descriptor), status.owner != user,
            status.representedDevice != DevicePlan.null
        else { continue }
        _ = fchown(descriptor, user, status.group)
    }
}

private func enterWorkingDirectory(
    _ process: ProcessPlan, mayBeRefused: Bool
) throws(ContainerFailure) -> Bool {
    switch attempt({ chdir(process.workingDirectory) }) {
    case .success: return true
    case .failure(.permissionDenied) where mayBeRefused: return false
    case .failure(let code):
        throw failure(
            SystemCallError("chdir", process.workingDirectory, errno: code), step: "process.cwd")
    }
}

/// A working directory such as /proc/self/fd/7 may be one of the host's that something left open: its path then does
/// not begin at this root (getcwd(2)).
private func checkWorkingDirectory(_ process: ProcessPlan) throws(ContainerFailure) {
    do throws(SystemCallError) {
        _ = try workingDirectory()
    } catch {
        // The kernel does not answer so: it is the container's seccomp filter.
        if error.errno == .notPermitted || error.errno == .noFunction, (try? isBelowRoot()) == true { return }
        throw ContainerFailure(
            .invalidSpec, step: "process.cwd", message: "\(process.workingDirectory) is outside of the container",
            errno: error.errno.rawValue)
    }
}

/// Whether the way up from the working directory ends at this process's root, and not at that of the mounts.
private func isBelowRoot() throws(SystemCallError) -> Bool {
    var (root, below, place) = (stat(), stat(), stat())
    try systemCall("stat", "/") { stat("/", &root) }
    var path = "."
    try systemCall("stat", path) { stat(path, &place) }
    repeat {
        if place.st_ino == root.st_ino, place.st_dev == root.st_dev { return true }
        below = place
        path += "/.."
        try systemCall("stat", path) { stat(path, &place) }
    } while place.st_ino != below.st_ino || place.st_dev != below.st_dev
    return false
}
