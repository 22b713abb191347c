internal import FoundationEssentials
internal import Glibc
internal import LinuxSystem

/// Removes what a container may leave outside of its processes.
enum Sweep {
    /// The bundle's folder, with whatever is mounted below.
    static func folder(_ folder: String) {
        let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
        for line in mounts.split(separator: "\n").reversed() {
            let words = line.split(separator: " ")
            guard words.count > 1, words[1].hasPrefix("\(folder)/") else { continue }
            umount2(String(words[1]), Int32(MNT_DETACH))
        }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The cgroups of a container, or with an empty id the one of the namespace, in every hierarchy.
    static func cgroups(namespace: String, id: String) {
        let top = "/sys/fs/cgroup"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: top)) ?? []
        for hierarchy in [top] + names.map({ "\(top)/\($0)" }) {
            rmdir(id.isEmpty ? "\(hierarchy)/\(namespace)" : "\(hierarchy)/\(namespace)/\(id)")
        }
    }

    /// A shim's socket.
    static func socket(_ address: ShimAddress?) {
        if let address { unlink(address.path) }
    }
}
