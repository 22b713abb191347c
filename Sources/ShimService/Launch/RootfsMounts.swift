internal import Glibc
package import LinuxSystem
internal import SystemPackage

/// A mount of a container's root filesystem, as containerd's snapshotters tell it.
package struct RootfsMount: Hashable, Sendable {
    package var type: String
    package var source: String
    /// Where below the root filesystem; empty: the root itself.
    package var target: String
    package var options: [String]

    package init(type: String, source: String, target: String = "", options: [String] = []) {
        self.type = type
        self.source = source
        self.target = target
        self.options = options
    }
}

/// Mounts a container's root filesystem, and unmounts it.
package enum RootfsMounts {
    /// Mounts all of it at `rootfs`, in order; nothing stays mounted when it throws.
    package static func mount(_ mounts: [RootfsMount], at rootfs: String) throws {
        do {
            for (index, each) in mounts.enumerated() {
                do {
                    try mount(each, at: rootfs)
                } catch {
                    throw TaskError(
                        .failedPrecondition,
                        "rootfs[\(index)] (type \(each.type), source \(each.source)) can't be mounted at \(rootfs)",
                        cause: error)
                }
            }
        } catch {
            do {
                try unmountAll(at: rootfs)
            } catch let failure {
                throw RolledBack(error: error, cleanUpFailures: [failure])
            }
            throw error
        }
    }

    /// Unmounts everything that is mounted at `rootfs`, the last first; that nothing is, or no such directory, is fine.
    ///
    /// Lazily: nothing of the container uses it any more, and what else may hold it for a moment must not hold Delete up.
    package static func unmountAll(at rootfs: String) throws(SystemCallError) {
        while true {
            let result = attempt { umount2(rootfs, Int32(MNT_DETACH | UMOUNT_NOFOLLOW)) }
            switch result {
            case .success: continue
            case .failure(.invalidArgument), .failure(.noSuchFileOrDirectory): return
            case .failure(let code): throw SystemCallError("umount2", rootfs, errno: code)
            }
        }
    }

    private static func mount(_ mount: RootfsMount, at rootfs: String) throws {
        let options = RootfsMountOptions(mount.options)
        if let unsupported = options.unsupported {
            throw TaskError(.invalidArgument, "the option \(unsupported) is not supported")
        }
        // Held until the mount is made.
        let place = mount.target.isEmpty ? nil : HeldDescriptor(try RootDirectory(rootfs).open(mount.target))
        let target = place.map { pathOf(descriptor: $0.descriptor.raw) } ?? rootfs
        if let maps = options.idMaps { return try mountMapped(mount, options, maps, at: target, name: rootfs) }
        let (data, folder) = try options.data(limit: Int(sysconf(Int32(_SC_PAGESIZE))))
        defer { withExtendedLifetime((place, folder)) {} }
        let isBind = options.flags.contains(.bind)
        try mountFileSystem(
            source: mount.source, target: target, type: isBind ? nil : mount.type,
            flags: isBind ? options.flags.intersection([.bind, .recursive]) : options.flags,
            data: data.isEmpty ? nil : data, name: rootfs)
        try applyFlags(options, at: target, name: rootfs)
    }

    /// What a mount takes by further calls.
    static func applyFlags(_ options: RootfsMountOptions, at target: String, name: String) throws(SystemCallError) {
        // A bind mount takes its own flags only by a second call (mount(2), "Remounting an existing mount").
        let own = options.flags.intersection(.perMount)
        if options.flags.contains(.bind) && !own.isEmpty {
            try mountFileSystem(source: nil, target: target, flags: own.union([.bind, .remount]), name: name)
        }
        if !options.propagation.isEmpty {
            try mountFileSystem(source: nil, target: target, flags: options.propagation, name: name)
        }
    }
}
