/// The flags of mount(2).
package struct MountFlags: OptionSet, Hashable, Sendable, Codable {
    package let rawValue: UInt

    package init(rawValue: UInt) { self.rawValue = rawValue }

    package static let readOnly = MountFlags(rawValue: 1)
    package static let noSUID = MountFlags(rawValue: 2)
    package static let noDevices = MountFlags(rawValue: 4)
    package static let noExec = MountFlags(rawValue: 8)
    package static let synchronous = MountFlags(rawValue: 1 << 4)
    package static let remount = MountFlags(rawValue: 1 << 5)
    package static let mandatoryLock = MountFlags(rawValue: 1 << 6)
    package static let dirSync = MountFlags(rawValue: 1 << 7)
    package static let noSymlinkFollow = MountFlags(rawValue: 1 << 8)
    package static let noAccessTime = MountFlags(rawValue: 1 << 10)
    package static let noDirectoryAccessTime = MountFlags(rawValue: 1 << 11)
    package static let bind = MountFlags(rawValue: 1 << 12)
    package static let recursive = MountFlags(rawValue: 1 << 14)
    package static let silent = MountFlags(rawValue: 1 << 15)
    package static let unbindable = MountFlags(rawValue: 1 << 17)
    package static let `private` = MountFlags(rawValue: 1 << 18)
    package static let slave = MountFlags(rawValue: 1 << 19)
    package static let shared = MountFlags(rawValue: 1 << 20)
    package static let relatime = MountFlags(rawValue: 1 << 21)
    package static let iVersion = MountFlags(rawValue: 1 << 23)
    package static let strictAccessTime = MountFlags(rawValue: 1 << 24)
    package static let lazyTime = MountFlags(rawValue: 1 << 25)

    /// Those that a bind mount has of its own, apart from its filesystem.
    package static let perMount: MountFlags = [
        .readOnly, .noSUID, .noDevices, .noExec, .noAccessTime, .noDirectoryAccessTime, .relatime, .strictAccessTime,
        .noSymlinkFollow,
    ]
    package static let propagation: MountFlags = [.unbindable, .private, .slave, .shared]
}

/// The attributes of mount_setattr(2).
package struct MountAttributes: OptionSet, Hashable, Sendable, Codable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let readOnly = MountAttributes(rawValue: 1)
    package static let noSUID = MountAttributes(rawValue: 2)
    package static let noDevices = MountAttributes(rawValue: 4)
    package static let noExec = MountAttributes(rawValue: 8)
    /// The field of the access time's policies; cleared whole before one of them is set.
    package static let accessTime = MountAttributes(rawValue: 0x70)
    package static let relatime: MountAttributes = []
    package static let noAccessTime = MountAttributes(rawValue: 0x10)
    package static let strictAccessTime = MountAttributes(rawValue: 0x20)
    package static let noDirectoryAccessTime = MountAttributes(rawValue: 0x80)
    package static let idMap = MountAttributes(rawValue: 0x10_0000)
    package static let noSymlinkFollow = MountAttributes(rawValue: 0x20_0000)
}
