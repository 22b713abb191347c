package import LinuxSystem

/// The options of a mount, read as runc reads them (config.md, "Mounts", lists them): what is no flag is data for the
/// filesystem.
package struct MountOptions: Hashable, Sendable {
    package var flags: MountFlags = []
    /// Flags that were said to be off (`rw`, `exec`): the last word on a flag holds.
    package var cleared: MountFlags = []
    /// In order.
    package var propagation: [MountFlags] = []
    /// For the mount and all below it (`rro`, `rnosuid`).
    package var recursiveSet: MountAttributes = []
    package var recursiveCleared: MountAttributes = []
    package var data: [String] = []
    /// `tmpcopyup`: a tmpfs that begins with what it hides.
    package var copiesUp = false
    package var idMap: IDMap?

    /// Whether ids are mapped, and how deep.
    package enum IDMap: Hashable, Sendable {
        case one, recursive
    }

    package init(_ options: [String]) {
        for option in options {
            if let change = Self.flagNames[option] {
                apply(change)
            } else if let propagation = Self.propagationNames[option] {
                self.propagation.append(propagation)
            } else if option.hasPrefix("r"), let change = Self.attributeNames[String(option.dropFirst())] {
                apply(change)
            } else {
                switch option {
                case "tmpcopyup": copiesUp = true
                case "idmap": idMap = .one
                case "ridmap": idMap = .recursive
                default: data.append(option)
                }
            }
        }
    }

    /// What mount(2) takes as data; nil is none.
    package var joinedData: String? { data.isEmpty ? nil : data.joined(separator: ",") }

    private mutating func apply(_ change: Change<MountFlags>) {
        switch change {
        case .set(let flag):
            flags.insert(flag)
            cleared.remove(flag)
        case .clear(let flag):
            flags.remove(flag)
            cleared.insert(flag)
        }
    }

    private mutating func apply(_ change: Change<MountAttributes>) {
        switch change {
        case .set(let attribute):
            // The access time's policies are values of one field, which is cleared whole.
            if attribute.isSubset(of: .accessTime) { recursiveCleared.formUnion(.accessTime) }
            recursiveSet.formUnion(attribute)
        case .clear(let attribute):
            recursiveSet.subtract(attribute)
            recursiveCleared.formUnion(attribute.isSubset(of: .accessTime) ? .accessTime : attribute)
        }
    }

    private enum Change<Flag: Sendable>: Sendable {
        case set(Flag)
        case clear(Flag)
    }

    private static let flagNames: [String: Change<MountFlags>] = [
        "acl": .set(.init(rawValue: 1 << 16)), "noacl": .clear(.init(rawValue: 1 << 16)),
        "async": .clear(.synchronous), "sync": .set(.synchronous),
        "atime": .clear(.noAccessTime), "noatime": .set(.noAccessTime),
        "bind": .set(.bind), "rbind": .set([.bind, .recursive]),
        "defaults": .set([]),
        "dev": .clear(.noDevices), "nodev": .set(.noDevices),
        "diratime": .clear(.noDirectoryAccessTime), "nodiratime": .set(.noDirectoryAccessTime),
        "dirsync": .set(.dirSync),
        "exec": .clear(.noExec), "noexec": .set(.noExec),
        "iversion": .set(.iVersion), "noiversion": .clear(.iVersion),
        "lazytime": .set(.lazyTime), "nolazytime": .clear(.lazyTime),
        "loud": .clear(.silent), "silent": .set(.silent),
        "mand": .set(.mandatoryLock), "nomand": .clear(.mandatoryLock),
        "relatime": .set(.relatime), "norelatime": .clear(.relatime),
        "remount": .set(.remount),
        "ro": .set(.readOnly), "rw": .clear(.readOnly),
        "strictatime": .set(.strictAccessTime), "nostrictatime": .clear(.strictAccessTime),
        "suid": .clear(.noSUID), "nosuid": .set(.noSUID),
        "symfollow": .clear(.noSymlinkFollow), "nosymfollow": .set(.noSymlinkFollow),
    ]

    /// Without the `r` that they begin with.
    private static let attributeNames: [String: Change<MountAttributes>] = [
        "ro": .set(.readOnly), "rw": .clear(.readOnly),
        "nosuid": .set(.noSUID), "suid": .clear(.noSUID),
        "nodev": .set(.noDevices), "dev": .clear(.noDevices),
        "noexec": .set(.noExec), "exec": .clear(.noExec),
        "nodiratime": .set(.noDirectoryAccessTime), "diratime": .clear(.noDirectoryAccessTime),
        "relatime": .set(.relatime), "norelatime": .clear(.relatime),
        "noatime": .set(.noAccessTime), "atime": .clear(.noAccessTime),
        "strictatime": .set(.strictAccessTime), "nostrictatime": .clear(.strictAccessTime),
        "nosymfollow": .set(.noSymlinkFollow), "symfollow": .clear(.noSymlinkFollow),
    ]

    /// All that is not passed on to the filesystem.
    package static var names: Set<String> {
        Set(flagNames.keys).union(attributeNames.keys.map { "r" + $0 }).union(propagationNames.keys)
            .union(["tmpcopyup", "idmap", "ridmap"])
    }

    package static let propagationNames: [String: MountFlags] = [
        "private": .private, "rprivate": [.private, .recursive],
        "shared": .shared, "rshared": [.shared, .recursive],
        "slave": .slave, "rslave": [.slave, .recursive],
        "unbindable": .unbindable, "runbindable": [.unbindable, .recursive],
    ]
}
