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
        var found: [String: Bundle] = [:]
        for id in entryNames(in: members) {
            guard let path = try? linkTarget(of: "\(members)/\(id)") else { continue }
            if access(path, F_OK) == 0, let bundle = try? Bundle(path: path) { found[id] = bundle }
        }
        return found
    }
}
