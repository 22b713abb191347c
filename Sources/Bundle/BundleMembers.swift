internal import Glibc
internal import LinuxSystem
internal import SystemPackage

// In the bundle of the container, or of the sandbox, that a shim was started for, it keeps links to the bundles of the
// other containers that it makes. containerd 2 calls `delete` for that bundle alone when the shim of a pod has died.

extension Bundle {
    private var members: String { "\(path)/members" }

    /// Writes down that the shim of this bundle makes a container from another.
    package func addMember(_ id: String, bundle: Bundle) throws(BundleError) {
        if case .failure(let code) = attempt({ mkdir(members, 0o700) }), code != .fileExists {
            throw BundleError(SystemCallError("mkdir", members, errno: code), path: members)
        }
        let link = "\(members)/\(id)"
        // Left by a container of the same name whose removal failed.
        unlink(link)
        do {
            try systemCall("symlink", link) { symlink(bundle.path, link) }
        } catch {
            throw BundleError(error, path: link)
        }
    }

    /// Nothing happens when it is not there.
    package func removeMember(_ id: String) throws(BundleError) {
        let link = "\(members)/\(id)"
        if case .failure(let code) = attempt({ unlink(link) }), code != .noSuchFileOrDirectory {
            throw BundleError(SystemCallError("unlink", link, errno: code), path: link)
        }
    }

    /// The containers that were written down and whose bundles are still there, by their ids.
    package func readMembers() -> [String: Bundle] {
        guard let folder = opendir(members) else { return [:] }
        defer { closedir(folder) }
        var found: [String: Bundle] = [:]
        while let entry = readdir(folder) {
            let id = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var target = [CChar](repeating: 0, count: Int(PATH_MAX))
            let length = readlink("\(members)/\(id)", &target, target.count)
            guard length > 0 else { continue }
            let path = String(decoding: target.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
            if access(path, F_OK) == 0, let bundle = try? Bundle(path: path) { found[id] = bundle }
        }
        return found
    }
}
