internal import Glibc
internal import LinuxSystem
internal import SystemPackage

// In the bundle of the container, or of the sandbox, that a shim was started for, it keeps links to the bundles of the
// other containers that it makes, and where their cgroups are. containerd 2 calls `delete` for that bundle alone when the
// shim of a pod has died, and removes the others meanwhile.

/// A container of a pod, as the shim wrote it down.
package struct BundleMember: Hashable, Sendable {
    package let id: String
    /// nil if it has been removed.
    package let bundle: Bundle?
    /// What the shim wrote of its cgroup.
    package let cgroup: String?
}

extension Bundle {
    private var members: String { "\(path)/members" }
    private var memberCgroups: String { "\(path)/member-cgroups" }

    /// Writes down that the shim of this bundle makes a container from another.
    ///
    /// - Parameter cgroup: tells where its cgroup is.
    package func addMember(_ id: String, bundle: Bundle, cgroup: String) throws(BundleError) {
        let link = "\(members)/\(id)"
        do throws(SystemCallError) {
            try makeDirectories(members, mode: 0o700)
            try makeDirectories(memberCgroups, mode: 0o700)
            // Left by a container of the same name whose removal failed.
            unlink(link)
            try systemCall("symlink", link) { symlink(bundle.path, link) }
            try writeFile(Array(cgroup.utf8), to: "\(memberCgroups)/\(id)", mode: 0o600)
        } catch {
            throw BundleError(error, path: link)
        }
    }

    /// Nothing happens when it is not there.
    package func removeMember(_ id: String) throws(BundleError) {
        for path in ["\(members)/\(id)", "\(memberCgroups)/\(id)"] {
            if case .failure(let code) = attempt({ unlink(path) }), code != .noSuchFileOrDirectory {
                throw BundleError(SystemCallError("unlink", path, errno: code), path: path)
            }
        }
    }

    /// The containers that were written down.
    package func readMembers() -> [BundleMember] {
        entryNames(in: members).compactMap { id in
            guard let path = try? linkTarget(of: "\(members)/\(id)"), let bundle = try? Bundle(path: path) else {
                return nil
            }
            return BundleMember(
                id: id, bundle: bundle.exists ? bundle : nil, cgroup: try? readText("\(memberCgroups)/\(id)"))
        }
    }

    /// Whether its folder is there.
    package var exists: Bool { access(path, F_OK) == 0 }
}
