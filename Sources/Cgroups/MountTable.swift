/// A cgroup file system in the mount table.
struct CgroupMount: Hashable, Sendable {
    var isVersion2: Bool
    var controllers: [String]
    var mountPoint: String
    var root: String
}

/// The controllers of version 1 that this runtime knows, and the one named hierarchy that containers join.
private let known: Set<String> = [
    "cpuset", "cpu", "cpuacct", "blkio", "memory", "devices", "freezer", "net_cls", "net_prio", "perf_event",
    "hugetlb", "pids", "rdma", "misc", "name=systemd",
]

/// The cgroup mounts directly at or below `root`, the first of each controller.
///
/// A node has a mount for every container, and containers mount cgroups too: lines are told apart before they are
/// taken apart. Format: proc_pid_mountinfo(5).
func cgroupMounts(in mountinfo: String, below root: String) -> [CgroupMount] {
    var mounts: [CgroupMount] = []
    var seen: Set<String> = []
    for line in mountinfo.utf8.split(separator: UInt8(ascii: "\n")) {
        guard let mount = cgroupMount(line), mount.mountPoint == root || mount.mountPoint.hasPrefix(root + "/")
        else { continue }
        if mount.isVersion2 {
            mounts.append(mount)
            continue
        }
        let fresh = mount.controllers.filter { known.contains($0) && seen.insert($0).inserted }
        guard !fresh.isEmpty else { continue }
        var kept = mount
        kept.controllers = fresh
        mounts.append(kept)
    }
    return mounts
}

private func cgroupMount(_ line: Substring.UTF8View.SubSequence) -> CgroupMount? {
    let fields = line.split(separator: UInt8(ascii: " "))
    // id parent major:minor root mountpoint options [tag…] - type source super-options
    guard fields.count >= 10 else { return nil }
    let type = fields.count - 3
    guard fields[type - 1].elementsEqual("-".utf8), fields[type].starts(with: "cgroup".utf8) else { return nil }
    let name = String(Substring(fields[type]))
    guard name == "cgroup" || name == "cgroup2" else { return nil }
    return CgroupMount(
        isVersion2: name == "cgroup2",
        controllers: Substring(fields[type + 2]).split(separator: ",").map(String.init),
        mountPoint: unescaped(fields[4]), root: unescaped(fields[3]))
}

/// Undoes the octal escapes of space, tab, newline and backslash.
private func unescaped(_ text: Substring.UTF8View.SubSequence) -> String {
    guard text.contains(UInt8(ascii: "\\")) else { return String(Substring(text)) }
    var bytes: [UInt8] = []
    var rest = text[...]
    while let byte = rest.popFirst() {
        let digits = rest.prefix(3)
        if byte == UInt8(ascii: "\\"), digits.count == 3, let code = UInt8(Substring(digits), radix: 8) {
            bytes.append(code)
            rest = rest.dropFirst(3)
        } else {
            bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
