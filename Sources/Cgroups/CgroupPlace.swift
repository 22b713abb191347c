/// The directories that are a container's cgroup: enough to find it again, also from another process whose own
/// cgroup is another one (relative paths), so it may be kept beside the container's state.
package struct CgroupPlace: Codable, Hashable, Sendable {
    package enum Version: Int, Codable, Sendable {
        case v1 = 1
        case v2 = 2
    }

    package struct Directory: Codable, Hashable, Sendable {
        /// Of version 1; empty on version 2.
        package var controllers: [String]
        package var path: String
        /// Where its hierarchy is mounted.
        package var mountPoint: String
    }

    package let version: Version
    package let directories: [Directory]
    /// The systemd scope that it is, and that one's slice.
    package let unit: Unit?

    package struct Unit: Codable, Hashable, Sendable {
        package var name: String
        package var slice: String
    }

    package init(version: Version, directories: [Directory], unit: Unit? = nil) {
        self.version = version
        self.directories = directories
        self.unit = unit
    }

    /// The cgroup there. Nothing is made or read.
    package func open() -> any Cgroup {
        let files: any CgroupWithHolder =
            switch version {
            case .v1: CgroupV1(self)
            case .v2: CgroupV2(self)
            }
        guard let unit else { return files }
        return SystemdCgroup(self, unit: unit.name, slice: unit.slice, inner: files)
    }
}

extension CgroupNode {
    /// Where a container's cgroup belongs on this node.
    package func place(for path: CgroupPath) throws(CgroupError) -> CgroupPlace {
        guard layout == .unified else { return try version1Place(for: path) }
        var start = root
        if !path.isAbsolute {
            var own = (self.own[""] ?? "/").split(separator: "/")
            _ = own.popLast()
            if !own.contains("..") { start = ([root[...]] + own).joined(separator: "/") }
        }
        return CgroupPlace(
            version: .v2,
            directories: [.init(controllers: [], path: "\(start)/\(path.relative)", mountPoint: root)],
            unit: path.unit)
    }

    /// The cgroup of a container: `place(for:)` and `open()`.
    package func cgroup(_ path: CgroupPath) throws(CgroupError) -> any Cgroup {
        try place(for: path).open()
    }

    private func version1Place(for path: CgroupPath) throws(CgroupError) -> CgroupPlace {
        guard hierarchies.contains(where: { $0.controllers.contains("devices") }) else {
            throw CgroupError(
                .noController, field: "linux.resources.devices",
                "no devices controller is mounted below \(root), and without it a container could open any device")
        }
        var directories: [CgroupPlace.Directory] = []
        for name in V1Controllers.order {
            guard let hierarchy = hierarchies.first(where: { $0.controllers.contains(name) }) else { continue }
            // Controllers that are mounted together share a directory.
            guard !directories.contains(where: { $0.mountPoint == hierarchy.mountPoint }) else { continue }
            var start = hierarchy.mountPoint
            if !path.isAbsolute, let own = own[name] {
                let below = relativePath(of: own, from: hierarchy.mountRoot)
                if !below.isEmpty { start += "/" + below }
            }
            directories.append(
                .init(
                    controllers: hierarchy.controllers, path: "\(start)/\(path.relative)",
                    mountPoint: hierarchy.mountPoint))
        }
        return CgroupPlace(version: .v1, directories: directories, unit: path.unit)
    }
}
