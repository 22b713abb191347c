internal import SystemPackage

extension CgroupDirectory {
    /// The least limit of this cgroup and those above it.
    /// - Parameters:
    ///   - root: where to stop; its own limit counts where it has one.
    ///   - unlimited: this and more is no limit.
    func leastLimit(_ name: String, upTo root: String, unlimited: UInt64) throws(CgroupError) -> UInt64? {
        var least: UInt64?
        var directory = self
        while true {
            if let limit = try directory.numberIfPresent(name), limit < unlimited { least = min(limit, least ?? limit) }
            guard directory.path != root, directory.path.hasPrefix(root + "/") else { return least }
            directory = directory.parent
        }
    }
}
