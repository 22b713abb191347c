internal import EngineProtocol
internal import Glibc
internal import LinuxSystem

// A container without a mount namespace of its own: its processes are in the runtime's, and yet no mount of theirs may
// be there. Its root filesystem is put together in a mount namespace that is left again, and its process takes a copy
// of the tree along that is attached nowhere: nobody else sees it, and it goes with the last process whose root it is.

/// Goes to a mount namespace for as long as the root filesystem is put together, if the container has none.
///
/// - Returns: the way back: the mount namespace that the container's processes are to be in.
func leaveHostsMounts(_ plan: ContainerPlan) throws(ContainerFailure) -> HeldDescriptor? {
    guard !plan.namespaces.has(.mount) else { return nil }
    return try step("linux.namespaces") {
        let own = HeldDescriptor(try openFile("/proc/self/ns/mnt", O_RDONLY))
        try unshareNamespaces(.mount)
        return own
    }
}

/// Goes back, and makes the container's root this process's root. Its propagation means nothing here: no mount of it is
/// in a mount namespace.
func enterRoot(
    _ root: borrowing RootDirectory, inMountsOf hosts: HeldDescriptor, _ plan: ContainerPlan
) throws(ContainerFailure) {
    try step("root.path (\(plan.rootfs))") {
        let tree = try cloneMount(pathOf(descriptor: root.raw), recursive: true)
        try enterNamespace(hosts.descriptor.raw, .mount, name: "of the runtime")
        try systemCall("fchdir", plan.rootfs) { fchdir(tree.raw) }
        try systemCall("chroot", plan.rootfs) { chroot(".") }
        // What holds the tree from here on is that it is a root: its last descriptor only takes its mounts off the
        // lists of what could be mounted upon (open_tree(2)).
    }
}
