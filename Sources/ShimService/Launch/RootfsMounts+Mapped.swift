internal import Glibc
internal import LinuxSystem

// The root filesystem of a container in a user namespace: its files keep the owners that they have on the disk, and the
// mount shows them as those of the namespace. containerd says so by the options `uidmap=` and `gidmap=`, which are none of
// mount(2)'s; of an overlay it means the layers below, as the writable one is the container's own.

extension RootfsMounts {
    /// - Parameter target: where to; `name` is how errors say it.
    static func mountMapped(
        _ mount: RootfsMount, _ options: RootfsMountOptions, _ maps: RootfsMountOptions.IDMaps, at target: String,
        name: String
    ) throws {
        let namespace = try makeUserNamespace(uidMap: maps.uids, gidMap: maps.gids)
        if options.flags.contains(.bind) {
            let isRecursive = options.flags.contains(.recursive)
            let tree = try map(mount.source, namespace, recursive: isRecursive)
            let place = try openFile(target, OpenFlag.path)
            try attachMount(tree.raw, at: place.raw, name: name)
            return try applyFlags(options, at: target, name: name)
        }
        guard mount.type == "overlay", let layers = options.lowerLayers else {
            throw TaskError(.invalidArgument, "ids can be mapped for bind mounts and overlays, not for \(mount.type)")
        }
        let places = try MappedLayers(layers, namespace)
        defer { places.remove() }
        let (data, folder) = try options.replacingLowerLayers(places.paths).data(
            limit: Int(sysconf(Int32(_SC_PAGESIZE))))
        defer { withExtendedLifetime(folder) {} }
        try mountFileSystem(
            source: mount.source, target: target, type: mount.type, flags: options.flags, data: data, name: name)
        try applyFlags(options, at: target, name: name)
    }

    /// A copy of a mount that shows the ids of a user namespace (borrowed), attached nowhere.
    fileprivate static func map(
        _ path: String, _ namespace: borrowing OwnedFileDescriptor, recursive: Bool
    ) throws(SystemCallError) -> OwnedFileDescriptor {
        let tree = try cloneMount(path, recursive: recursive)
        try setMountAttributes(
            of: tree.raw, set: .idMap, recursive: recursive, userNamespace: namespace.raw, name: path)
        return tree
    }
}

/// The layers of an overlay, mapped: each at a place of its own while the overlay is being mounted, which then has them
/// by itself.
private struct MappedLayers {
    let paths: [String]
    private let folder: String

    /// Nothing is left when it throws.
    init(_ layers: [String], _ namespace: borrowing OwnedFileDescriptor) throws {
        try makeDirectories("/run/martlet", mode: 0o711)
        folder = try makeTemporaryFolder("/run/martlet/layers")
        paths = layers.indices.map { [folder] in "\(folder)/\($0)" }
        do {
            // One mount for all places, so that they go in one call; and nothing of it is seen elsewhere.
            try mountFileSystem(
                source: "tmpfs", target: folder, type: "tmpfs", flags: [.noSUID, .noDevices], data: "mode=0700")
            try mountFileSystem(source: nil, target: folder, flags: .private)
            for (layer, path) in zip(layers, paths) {
                try systemCall("mkdir", path) { mkdir(path, 0o700) }
                let place = try openFile(path, OpenFlag.path)
                let tree = try RootfsMounts.map(layer, namespace, recursive: false)
                try attachMount(tree.raw, at: place.raw, name: path)
            }
        } catch {
            remove()
            throw error
        }
    }

    func remove() {
        // EINVAL: it was not mounted.
        try? detachMount(folder)
        rmdir(folder)
    }
}
