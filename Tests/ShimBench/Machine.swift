internal import FoundationEssentials
internal import Glibc

/// Where and with what was measured.
package struct Machine: Codable, Hashable, Sendable {
    /// Processors that are on line.
    package var cores: Int
    /// As /proc/cpuinfo names it; empty where it does not.
    package var processor: String
    /// kB.
    package var memory: Int
    /// `uname -r`.
    package var kernel: String
    /// 1 or 2; 0 when there is none.
    package var cgroupVersion: Int
    /// Of the last minute, when the measuring began: other work disturbs.
    package var load: Double
    /// Versions of the programs that take part, by name.
    package var versions: [String: String]

    /// This machine now.
    static func current(versions: [String: String]) -> Machine {
        Machine(
            cores: sysconf(Int32(_SC_NPROCESSORS_ONLN)),
            processor: line("/proc/cpuinfo", "model name").map {
                String($0.drop { $0 == ":" || $0 == " " || $0 == "\t" })
            }
                ?? "",
            memory: line("/proc/meminfo", "MemTotal:").flatMap { Int($0.split(separator: " ").first ?? "") } ?? 0,
            kernel: (text("/proc/sys/kernel/osrelease").split(separator: "\n").first).map(String.init) ?? "",
            cgroupVersion: cgroupVersion,
            load: text("/proc/loadavg").split(separator: " ").first.flatMap { Double($0) } ?? 0, versions: versions)
    }

    private static var cgroupVersion: Int {
        if FileManager.default.fileExists(atPath: "/sys/fs/cgroup/cgroup.controllers") { return 2 }
        return FileManager.default.fileExists(atPath: "/sys/fs/cgroup/memory") ? 1 : 0
    }

    private static func line(_ path: String, _ start: String) -> Substring? {
        text(path).split(separator: "\n").first { $0.hasPrefix(start) }?.dropFirst(start.count)
    }

    private static func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
}
