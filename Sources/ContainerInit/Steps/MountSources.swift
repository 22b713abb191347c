internal import EngineProtocol
internal import LinuxSystem
internal import OCISpec

/// Trees of the host that could not be reached, or not be idmapped, from inside the container's user namespace: a
/// detached copy for each of the plan's mounts that needs one, open for as long as the set-up lasts.
struct MountSources {
    /// By the index of the mount.
    private(set) var trees: [Int: Int32] = [:]

    fileprivate mutating func keep(_ tree: consuming OwnedFileDescriptor, for index: Int) {
        trees[index] = tree.release()
    }
}

/// Clones what has to be cloned while this process still is the host's root.
func cloneSources(_ plan: ContainerPlan) throws(ContainerFailure) -> MountSources {
    var sources = MountSources()
    let inUserNamespace = plan.namespaces.has(.user)
    for (index, mount) in plan.mounts.enumerated() where mount.kind == .bind {
        guard inUserNamespace || mount.options.idMap != nil else { continue }
        let name = mount.field
        let recursive = mount.options.flags.contains(.recursive)
        let tree = try step(name) { try cloneMount(mount.source, recursive: recursive) }
        // What the host mounts there later is seen, what the container mounts is not: as in a container without a
        // user namespace, whose mounts are slaves of the host's.
        try step(name) {
            try setMountAttributes(
                of: tree.raw, set: [], propagation: .slave, recursive: recursive, name: mount.source)
        }
        if let depth = mount.options.idMap {
            let mapping = try userNamespace(for: mount, plan)
            try step(name) {
                try setMountAttributes(
                    of: tree.raw, set: .idMap, recursive: depth == .recursive, userNamespace: mapping.raw,
                    name: mount.source)
            }
        }
        sources.keep(tree, for: index)
    }
    return sources
}

/// The user namespace whose maps an idmapped mount takes: its own, or the container's.
private func userNamespace(
    for mount: MountPlan, _ plan: ContainerPlan
) throws(ContainerFailure) -> OwnedFileDescriptor {
    if !mount.uidMappings.isEmpty {
        return try step(mount.field) {
            try makeUserNamespace(uidMappings: mount.uidMappings, gidMappings: mount.gidMappings)
        }
    }
    if let joined = plan.namespaces.joined.first(where: { $0.kind == .user }) {
        return try step(joined.field) { try openFile(joined.path, 0) }
    }
    guard plan.namespaces.made.contains(.user) else {
        throw ContainerFailure(
            .invalidSpec, step: mount.field,
            message: "idmap without uidMappings and gidMappings needs a user namespace of the container's own")
    }
    return try step(mount.field) {
        try makeUserNamespace(
            uidMappings: plan.namespaces.uidMappings, gidMappings: plan.namespaces.gidMappings)
    }
}
