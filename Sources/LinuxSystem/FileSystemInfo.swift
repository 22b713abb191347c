internal import CLinux

/// What fstatfs(2) says of the filesystem that a descriptor is on.
package struct FileSystemInfo: Sendable {
    /// `f_type`: one of the magic numbers of linux/magic.h.
    package let type: Int64
    /// The mount's flags, which a remount in a user namespace must keep.
    package let flags: MountFlags

    package static let proc: Int64 = 0x9fa0
    package static let devpts: Int64 = 0x1cd1
    package static let cgroup2: Int64 = 0x6367_7270
    package static let overlay: Int64 = 0x794c_7630

    package init(of descriptor: Int32, name: String? = nil) throws(SystemCallError) {
        var flags: Int64 = 0
        var type: Int64 = 0
        try systemCall("fstatfs", name) { martlet_filesystem(descriptor, &type, &flags) }
        self.type = type
        // The bits of ST_* (statvfs(3)) are those of MS_*, but for ST_RELATIME.
        var mount = MountFlags(rawValue: UInt(truncatingIfNeeded: flags & 0xc0f))
        if flags & 0x1000 != 0 { mount.insert(.relatime) }
        self.flags = mount
    }
}
