package import Cgroups
internal import Glibc

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
    package var noNewKeyring = false
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

/// Now, in UTC, as RFC 3339 has it.
package func timestamp() -> String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    var seconds = time.tv_sec
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func padded(_ number: some BinaryInteger, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(parts.tm_year + 1900)-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))"
        + "T\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))"
        + ".\(padded(time.tv_nsec, 9))Z"
}
