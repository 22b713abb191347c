internal import EngineProtocol
internal import Glibc
internal import LinuxSystem

/// The names of the container's uts namespace.
func setNames(_ plan: ContainerPlan) throws(ContainerFailure) {
    if let hostname = plan.hostname {
        try step("hostname") {
            _ = try systemCall("sethostname", hostname) { sethostname(hostname, hostname.utf8.count) }
        }
    }
    if let domainname = plan.domainname {
        try step("domainname") {
            _ = try systemCall("setdomainname", domainname) { setdomainname(domainname, domainname.utf8.count) }
        }
    }
}

/// The kernel parameters of the container's namespaces: the kernel takes them for those of the writer, whichever
/// procfs they are written through.
func setSysctls(_ plan: ContainerPlan, _ proc: ProcDirectory) throws(ContainerFailure) {
    for sysctl in plan.sysctls {
        try step(sysctl.field) { try proc.write(sysctl.value, to: sysctl.path) }
    }
}
