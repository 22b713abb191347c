package import Cgroups
internal import Glibc
internal import LinuxSystem

/// What the runtime keeps of a container between two commands.
package struct ContainerRecord: Codable, Hashable, Sendable {
    /// How far its life has been brought; whether it still lives, the kernel is asked.
    package enum Stage: String, Codable, Sendable {
        case creating, created, started
    }

    package var ociVersion: String
    package var id: String
    package var stage = Stage.creating
    /// Absolute, as are the next two.
    package var bundle: String
    package var rootfs: String
    /// RFC 3339.
    package var created: String
    /// Who made it.
    package var owner: UInt32
    package var annotations: [String: String]?
    /// Its first process: known from `created` on.
    package var process: ProcessIdentity?
    /// The socket by which the first process is let go, while it waits for that: an inode number.
    package var gate: UInt64?
    package var cgroup: CgroupPlace?
    /// Whether the engine runs the first process, and not the kernel.
    package var isGuest = false
    /// The processes of exec that the engine runs, as far as they had not ended when the last was made.
    package var execGuests: [ProcessIdentity]?
    package var noNewKeyring = false
    /// Where its standard output and error lead, as proc_pid_fd(5) names it, or in words; empty: nowhere.
    package var streams: [String]?
    /// A folder that was made for this container, with the bundle in it, and goes with it.
    package var ownFolder: String?

    package init(ociVersion: String, id: String, bundle: String, rootfs: String, annotations: [String: String]?) {
        self.ociVersion = ociVersion
        self.id = id
        self.bundle = bundle
        self.rootfs = rootfs
        self.annotations = annotations
        created = timestamp()
        owner = geteuid()
    }
}
