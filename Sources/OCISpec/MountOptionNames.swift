/// The options of a mount that are no data for its filesystem (config.md, "Mounts"; features.md, "Mount Options").
///
/// Here because two have to agree on them who share nothing else: the container's set-up, which knows what each does,
/// and the shim, which tells containerd what there is.
package enum MountOptionNames {
    package static let all = (perMount + recursive.map { "r" + $0 } + propagation + own).sorted()

    /// Flags of mount(2), set and cleared.
    private static let perMount = [
        "acl", "async", "atime", "bind", "defaults", "dev", "diratime", "dirsync", "exec", "iversion", "lazytime",
        "loud",
        "mand", "noacl", "noatime", "nodev", "nodiratime", "noexec", "noiversion", "nolazytime", "nomand", "norelatime",
        "nostrictatime", "nosuid", "nosymfollow", "rbind", "relatime", "remount", "ro", "rw", "silent", "strictatime",
        "suid", "symfollow", "sync",
    ]

    /// Attributes of mount_setattr(2), which with an `r` before them hold for all below the mount.
    private static let recursive = [
        "atime", "dev", "diratime", "exec", "noatime", "nodev", "nodiratime", "noexec", "norelatime", "nostrictatime",
        "nosuid", "nosymfollow", "relatime", "ro", "rw", "strictatime", "suid", "symfollow",
    ]

    private static let propagation = [
        "private", "rprivate", "rshared", "rslave", "runbindable", "shared", "slave", "unbindable",
    ]

    /// Of container runtimes.
    private static let own = ["idmap", "ridmap", "tmpcopyup"]
}
