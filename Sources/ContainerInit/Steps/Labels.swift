internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// A label of a Linux security module that a guest's process takes on as the last thing before the guest runs: under it,
/// the process may not be able to speak with the shim any more.
struct PendingLabel {
    let field: String
    let label: String
    /// Of the process's own `attr` folder, opened while the host's /proc was there; owned, until it is written to.
    let file: Int32

    func takeOn() throws(ContainerFailure) {
        try step(field) { try writeText(label, to: file, name: "/proc/self/attr") }
        _ = close(file)
    }
}

/// The labels of Linux security modules. A program that is executed gets them on exec, of which the kernel is told here.
/// A guest of the engine is never executed, so the process itself changes.
///
/// - Parameter isExecuted: whether the process ends in execve.
/// - Returns: what a guest's process is to do then.
func setLabels(
    _ labels: LabelPlan, isExecuted: Bool, _ proc: ProcDirectory
) throws(ContainerFailure) -> [PendingLabel] {
    var pending: [PendingLabel] = []
    func set(_ label: String, _ field: String, _ path: String) throws(ContainerFailure) {
        let file = try step(field) { try proc.openToWrite(path) }
        if isExecuted {
            try step(field) { try writeText(label, to: file.raw, name: "/proc/\(path)") }
        } else {
            pending.append(PendingLabel(field: field, label: label, file: file.release()))
        }
    }
    let name = isExecuted ? "exec" : "current"
    if let profile = labels.appArmor {
        // Before Linux 5.8 there is one such folder for all modules.
        let folder = proc.has("self/attr/apparmor") ? "self/attr/apparmor" : "self/attr"
        let command = isExecuted ? "exec \(profile)" : "changeprofile \(profile)"
        try set(command, "process.apparmorProfile", "\(folder)/\(name)")
    }
    if let label = labels.seLinux { try set(label, "process.selinuxLabel", "self/attr/\(name)") }
    return pending
}
