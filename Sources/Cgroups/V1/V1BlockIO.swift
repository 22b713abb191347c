internal import OCISpec

/// `blkio`: weights (of the BFQ scheduler on kernels since 5.0) and throttles (cgroup-v1/blkio-controller.rst).
enum V1BlockIO: V1Controller {
    static let name = "blkio"

    static func requestedField(in resources: LinuxResources) -> String? { requestedBlockIOField(in: resources) }

    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        guard let blockIO = resources.blockIO else { return }
        try setWeights(blockIO, directory)
        for throttle in blockIO.throttles where !throttle.devices.isEmpty {
            try directory.write(
                throttle.devices.map { "\($0.major):\($0.minor) \($0.rate)" },
                to: "blkio.throttle.\(throttle.v1File)_device", field: throttle.field)
        }
    }

    private static func setWeights(_ blockIO: BlockIOResources, _ directory: CgroupDirectory) throws(CgroupError) {
        let field = blockIOField
        let devices = blockIO.weightDevice ?? []
        let weight = blockIO.weight.unlessZero
        if weight != nil || devices.contains(where: { $0.weight.unlessZero != nil }) {
            let prefix = directory.has("blkio.weight") ? "blkio" : "blkio.bfq"
            if let weight { try directory.write("\(weight)", to: "\(prefix).weight", field: "\(field).weight") }
            for device in devices {
                guard let weight = device.weight.unlessZero else { continue }
                try directory.write(
                    "\(device.major):\(device.minor) \(weight)", to: "\(prefix).weight_device",
                    field: "\(field).weightDevice")
            }
        }
        if let leaf = blockIO.leafWeight.unlessZero {
            try directory.write("\(leaf)", to: "blkio.leaf_weight", field: "\(field).leafWeight")
        }
        for device in devices {
            guard let leaf = device.leafWeight.unlessZero else { continue }
            try directory.write(
                "\(device.major):\(device.minor) \(leaf)", to: "blkio.leaf_weight_device",
                field: "\(field).weightDevice")
        }
    }

    static func collect(from directory: CgroupDirectory, into metrics: inout V1Metrics) throws(CgroupError) {
        func entries(_ name: String) throws(CgroupError) -> [V1Metrics.BlkIO.Entry] {
            // The first that has anything: which of them counts depends on each disk's scheduler.
            for file in ["blkio.\(name)", "blkio.bfq.\(name)", "blkio.throttle.\(name)"] {
                guard let text = try directory.readIfPresent(file) else { continue }
                let found = try parse(text, path: directory.file(file))
                if !found.isEmpty { return found }
            }
            return []
        }
        metrics.blkio = .init(
            ioServiceBytesRecursive: try entries("io_service_bytes_recursive"),
            ioServicedRecursive: try entries("io_serviced_recursive"),
            ioQueuedRecursive: try entries("io_queued_recursive"),
            ioServiceTimeRecursive: try entries("io_service_time_recursive"),
            ioWaitTimeRecursive: try entries("io_wait_time_recursive"),
            ioMergedRecursive: try entries("io_merged_recursive"),
            ioTimeRecursive: try entries("time_recursive"),
            sectorsRecursive: try entries("sectors_recursive"))
    }

    /// `8:0 Read 4096` and, in some files, `8:0 4096`; a line `Total 4096` ends most.
    private static func parse(_ text: String, path: String) throws(CgroupError) -> [V1Metrics.BlkIO.Entry] {
        var entries: [V1Metrics.BlkIO.Entry] = []
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            if parts.first == "Total" { continue }
            guard (2...3).contains(parts.count), let (major, minor) = parseDeviceNumber(parts[0]),
                let value = UInt64(parts[parts.count - 1])
            else { throw .malformed(path, line) }
            entries.append(
                .init(
                    op: parts.count == 3 ? String(parts[1]) : "", device: "", major: major, minor: minor, value: value))
        }
        return entries
    }
}
