internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Joins the namespaces that exist, then makes the new ones.
///
/// Joined ones come first: a process in a new user namespace has no say over them.
func enterNamespaces(
    _ plan: NamespacePlan, _ proc: ProcDirectory, _ control: ControlChannel
) throws(ContainerFailure) {
    try join(plan)
    if plan.made.contains(.user) {
        try step("user namespace") { try unshareNamespaces(.user) }
        // Only somebody outside may write maps of more than one id.
        let pid = try step("user namespace") { try proc.ownPID() }
        try control.report(.mapUsers(pid: pid))
        try control.wait(for: .usersMapped)
        try becomeRootOfUserNamespace()
    }
    // After the user namespace, which owns them then.
    let others = plan.made.subtracting(.user)
    if !others.isEmpty { try step("linux.namespaces") { try unshareNamespaces(others) } }
    if let offsets = plan.timeOffsets {
        // Before the first process of the time namespace is there (time_namespaces(7)).
        try step("linux.timeOffsets") {
            // The file belongs to this process's user only while it is dumpable.
            try Credentials.setDumpable(true)
            try proc.write(offsets, to: "self/timens_offsets")
        }
    }
    // Nobody who joins the container, or is born in it, may look into a process that still holds the host's files. It is
    // said of the memory: a process that this one shares it with (vfork(2)) is closed to others as well.
    try step("process") { try Credentials.setDumpable(false) }
}

private func join(_ plan: NamespacePlan) throws(ContainerFailure) {
    // All are opened before the first is joined: afterwards the paths may lead elsewhere.
    var opened: [(namespace: NamespacePlan.JoinedNamespace, descriptor: Int32)] = []
    for namespace in plan.joined {
        let file = try step(namespace.field) { try openFile(namespace.path, O_RDONLY) }
        opened.append((namespace, file.release()))
    }
    defer { for each in opened { _ = close(each.descriptor) } }

    // Those that the host's root may join are joined as that; what belongs to the user namespace, after it.
    // The mount namespace is last of either, because it changes the root.
    let users = opened.filter { $0.namespace.kind == .user }
    var late: [(namespace: NamespacePlan.JoinedNamespace, descriptor: Int32)] = []
    let others = opened.filter { $0.namespace.kind != .user }
        .sorted { $0.namespace.kind != .mount && $1.namespace.kind == .mount }
    for each in others {
        do {
            try enterNamespace(each.descriptor, each.namespace.kind, name: each.namespace.path)
        } catch {
            guard error.errno == .notPermitted, !users.isEmpty else { throw failure(error, step: each.namespace.field) }
            late.append(each)
        }
    }
    for each in users {
        try step(each.namespace.field) {
            try enterNamespace(each.descriptor, .user, name: each.namespace.path)
        }
        try becomeRootOfUserNamespace()
    }
    for each in late {
        try step(each.namespace.field) {
            try enterNamespace(each.descriptor, each.namespace.kind, name: each.namespace.path)
        }
    }
}

/// Root of the new user namespace: files and namespaces that are made from here on are its.
func becomeRootOfUserNamespace() throws(ContainerFailure) {
    try step("user namespace") {
        do throws(SystemCallError) {
            try Credentials.setGroups([])
        } catch {
            // /proc/PID/setgroups says "deny".
            guard error.errno == .notPermitted else { throw error }
        }
        try Credentials.setGroup(0)
        try Credentials.setUser(0)
    }
}
