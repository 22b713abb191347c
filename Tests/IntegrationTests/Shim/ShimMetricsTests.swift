import ContainerdAPI
import Foundation
import SwiftProtobuf
import Testing

extension Integration {
    /// The whole message of Stats, number by number, against the files that the kernel has them in.
    @Suite(.needsInstalledTree, .enabled(if: !Cgroups.areVersion2, "needs cgroup v1"))
    struct ShimMetricsTests {
        /// The text of each file that is compared, by controller and name.
        private func files(_ place: String) throws -> [String: String] {
            var found: [String: String] = [:]
            for controller in ["memory", "cpu", "cpuacct", "pids", "blkio", "hugetlb"] {
                let folder = "/sys/fs/cgroup/\(controller)/\(place)"
                for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
                    // Some can only be written.
                    found["\(controller)/\(name)"] = try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
                }
            }
            return found
        }

        /// Whether every number of the message is that of its file; the differences in words.
        private func differences(_ metrics: CgroupV1Metrics, _ files: [String: String]) -> [String] {
            var found: [String] = []
            func compare(_ value: UInt64, _ file: String, key: String? = nil, unit: UInt64 = 1) {
                let text = files[file] ?? ""
                let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
                let words = key.map { key in lines.first { $0.first.map(String.init) == key } } ?? lines.first
                // What is not there is 0; `max` is no limit, which is 0 too.
                let expected = words?.last.flatMap { UInt64($0) } ?? 0
                if value != expected * unit { found.append("\(file) \(key ?? ""): \(value), not \(expected * unit)") }
            }
            let memory = metrics.memory
            let stat: [(UInt64, String)] = [
                (memory.cache, "cache"), (memory.rss, "rss"), (memory.rssHuge, "rss_huge"),
                (memory.mappedFile, "mapped_file"), (memory.dirty, "dirty"), (memory.writeback, "writeback"),
                (memory.pgPgIn, "pgpgin"), (memory.pgPgOut, "pgpgout"), (memory.pgFault, "pgfault"),
                (memory.pgMajFault, "pgmajfault"), (memory.inactiveAnon, "inactive_anon"),
                (memory.activeAnon, "active_anon"), (memory.inactiveFile, "inactive_file"),
                (memory.activeFile, "active_file"), (memory.unevictable, "unevictable"),
                (memory.totalCache, "total_cache"), (memory.totalRss, "total_rss"),
                (memory.totalRssHuge, "total_rss_huge"), (memory.totalMappedFile, "total_mapped_file"),
                (memory.totalDirty, "total_dirty"), (memory.totalWriteback, "total_writeback"),
                (memory.totalPgPgIn, "total_pgpgin"), (memory.totalPgPgOut, "total_pgpgout"),
                (memory.totalPgFault, "total_pgfault"), (memory.totalPgMajFault, "total_pgmajfault"),
                (memory.totalInactiveAnon, "total_inactive_anon"), (memory.totalActiveAnon, "total_active_anon"),
                (memory.totalInactiveFile, "total_inactive_file"), (memory.totalActiveFile, "total_active_file"),
                (memory.totalUnevictable, "total_unevictable"),
                (memory.hierarchicalMemoryLimit, "hierarchical_memory_limit"),
                (memory.hierarchicalSwapLimit, "hierarchical_memsw_limit"),
            ]
            for (value, key) in stat { compare(value, "memory/memory.stat", key: key) }
            for (entry, name) in [
                (memory.usage, "memory"), (memory.swap, "memory.memsw"), (memory.kernel, "memory.kmem"),
                (memory.kernelTcp, "memory.kmem.tcp"),
            ] {
                compare(entry.usage, "memory/\(name).usage_in_bytes")
                compare(entry.max, "memory/\(name).max_usage_in_bytes")
                compare(entry.limit, "memory/\(name).limit_in_bytes")
                compare(entry.failcnt, "memory/\(name).failcnt")
            }
            let control = metrics.memoryOomControl
            compare(control.oomKillDisable, "memory/memory.oom_control", key: "oom_kill_disable")
            compare(control.underOom, "memory/memory.oom_control", key: "under_oom")
            compare(control.oomKill, "memory/memory.oom_control", key: "oom_kill")
            compare(metrics.cpu.usage.total, "cpuacct/cpuacct.usage")
            // In hundredths of a second there, in nanoseconds here.
            compare(metrics.cpu.usage.user, "cpuacct/cpuacct.stat", key: "user", unit: 10_000_000)
            compare(metrics.cpu.usage.kernel, "cpuacct/cpuacct.stat", key: "system", unit: 10_000_000)
            let each = (files["cpuacct/cpuacct.usage_percpu"] ?? "").split(whereSeparator: \.isWhitespace)
            if metrics.cpu.usage.perCpu != each.compactMap({ UInt64($0) }) { found.append("cpuacct.usage_percpu") }
            let throttling = metrics.cpu.throttling
            compare(throttling.periods, "cpu/cpu.stat", key: "nr_periods")
            compare(throttling.throttledPeriods, "cpu/cpu.stat", key: "nr_throttled")
            compare(throttling.throttledTime, "cpu/cpu.stat", key: "throttled_time")
            compare(metrics.pids.current, "pids/pids.current")
            compare(metrics.pids.limit, "pids/pids.max")
            for page in metrics.hugetlb {
                let name = "hugetlb/hugetlb.\(page.pagesize)"
                compare(page.usage, "\(name).usage_in_bytes")
                compare(page.max, "\(name).max_usage_in_bytes")
                compare(page.failcnt, "\(name).failcnt")
            }
            if metrics.hugetlb.count != files.keys.count(where: { $0.hasPrefix("hugetlb/") && isUsage($0) }) {
                found.append("hugetlb: \(metrics.hugetlb.map(\.pagesize))")
            }
            for (entries, name) in [
                (metrics.blkio.ioServiceBytesRecursive, "io_service_bytes_recursive"),
                (metrics.blkio.ioServicedRecursive, "io_serviced_recursive"),
            ] {
                let lines = (files["blkio/blkio.throttle.\(name)"] ?? "").split(separator: "\n")
                    .map { $0.split(separator: " ").map(String.init) }.filter { $0.count == 3 }
                let told = entries.map { ["\($0.major):\($0.minor)", $0.op, "\($0.value)"] }
                if Set(told) != Set(lines) { found.append("\(name): \(told), not \(lines)") }
            }
            return found
        }

        private func isUsage(_ file: String) -> Bool {
            file.hasSuffix(".usage_in_bytes") && !file.contains(".max_usage") && !file.contains(".rsvd.")
        }

        @Test func everyNumberIsThatOfTheKernelsFile() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "sleep"])
                try await container.launch()
                try await container.says("ready")
                let (id, place) = (container.id, "\(pod.namespace)/\(container.id)")
                // Nothing of it runs then. What the kernel has not summed up yet, it sums up a moment later.
                _ = try await container.call(TaskMethod.pause, .with { $0.id = id })
                var differences = ["nothing was compared"]
                try? await eventually("equal numbers") {
                    let before = try files(place)
                    let stats = try await container.call(TaskMethod.stats, .with { $0.id = id }).stats
                    let metrics = try #require(try stats.unpacked(as: CgroupV1Metrics.self))
                    differences = self.differences(metrics, before)
                    return differences.isEmpty
                }
                #expect(differences == [])
                _ = try await container.call(TaskMethod.resume, .with { $0.id = id })
                try await container.end()
            }
        }
    }
}
