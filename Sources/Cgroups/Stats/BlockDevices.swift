/// The names of block devices by number, from /proc/diskstats: `8 0 sda 1234 …`.
func blockDeviceNames(_ path: String = "/proc/diskstats") -> [String: String] {
    guard case .success(let text) = readFile(path) else { return [:] }
    var names: [String: String] = [:]
    for line in text.split(separator: "\n") {
        let parts = line.split(separator: " ", maxSplits: 3)
        if parts.count >= 3 { names["\(parts[0]):\(parts[1])"] = "/dev/\(parts[2])" }
    }
    return names
}

extension V1Metrics.BlkIO {
    /// Fills in `device`; the names are asked for only when there is something to name.
    mutating func nameDevices(_ names: () -> [String: String]) {
        let lists: [WritableKeyPath<Self, [Entry]>] = [
            \.ioServiceBytesRecursive, \.ioServicedRecursive, \.ioQueuedRecursive, \.ioServiceTimeRecursive,
            \.ioWaitTimeRecursive, \.ioMergedRecursive, \.ioTimeRecursive, \.sectorsRecursive,
        ]
        guard lists.contains(where: { !self[keyPath: $0].isEmpty }) else { return }
        let names = names()
        for list in lists {
            for index in self[keyPath: list].indices {
                let entry = self[keyPath: list][index]
                self[keyPath: list][index].device = names["\(entry.major):\(entry.minor)"] ?? ""
            }
        }
    }
}
