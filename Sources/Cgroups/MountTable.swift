/// A cgroup file system in the mount table.
struct CgroupMount: Hashable, Sendable {
    var isVersion2: Bool
    var controllers: [String]
    var mountPoint: String
    var root: String
}

/// The controllers of version 1 that this runtime knows, and the one named hierarchy that containers join.
private let known = [
    "cpuset", "cpu", "cpuacct", "blkio", "memory", "devices", "freezer", "net_cls", "net_prio", "perf_event",
    "hugetlb", "pids", "rdma", "misc", "name=systemd",
]

/// The cgroup mounts directly at or below `root`, the first of each controller.
///
/// A node has a mount for every container, and containers mount cgroups too; so it goes over the bytes, and makes
/// strings only of the lines that are taken. Format: proc_pid_mountinfo(5).
func cgroupMounts(in mountinfo: String, below root: String) -> [CgroupMount] {
    var mounts: [CgroupMount] = []
    var seen: [String] = []
    var text = mountinfo
    text.withUTF8 { bytes in
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
            let line = UnsafeBufferPointer(rebasing: bytes[start..<end])
            start = end + 1
            guard var mount = cgroupMount(line), mount.mountPoint == root || mount.mountPoint.hasPrefix(root + "/")
            else { continue }
            if !mount.isVersion2 {
                mount.controllers = mount.controllers.filter { known.contains($0) && !seen.contains($0) }
                guard !mount.controllers.isEmpty else { continue }
                seen += mount.controllers
            }
            mounts.append(mount)
        }
    }
    return mounts
}

private func cgroupMount(_ line: UnsafeBufferPointer<UInt8>) -> CgroupMount? {
    // id parent major:minor root mountpoint options [tag…] - type source super-options
    var ends: [Int] = []
    for index in line.indices where line[index] == UInt8(ascii: " ") { ends.append(index) }
    ends.append(line.count)
    let type = ends.count - 3
    guard type >= 7 else { return nil }
    func field(_ index: Int) -> String {
        String(decoding: line[(index == 0 ? 0 : ends[index - 1] + 1)..<ends[index]], as: UTF8.self)
    }
    // `cgroup` or `cgroup2`, after a dash by itself.
    let start = ends[type - 1] + 1
    let length = ends[type] - start
    guard length == 6 || length == 7, line[start] == UInt8(ascii: "c"), line[start - 2] == UInt8(ascii: "-"),
        line[start - 3] == UInt8(ascii: " ")
    else { return nil }
    let name = field(type)
    guard name == "cgroup" || name == "cgroup2" else { return nil }
    return CgroupMount(
        isVersion2: name == "cgroup2", controllers: field(type + 2).split(separator: ",").map(String.init),
        mountPoint: unescaped(field(4)), root: unescaped(field(3)))
}

/// Undoes the octal escapes of space, tab, newline and backslash.
private func unescaped(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
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
