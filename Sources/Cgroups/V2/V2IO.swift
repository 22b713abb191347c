internal import OCISpec

/// `io`: weights and throttles.
enum V2IO: V2Controller {
    static let name = "io"

    static func requestedField(in resources: LinuxResources) -> String? { requestedBlockIOField(in: resources) }

    /// `io.weight` (1 to 10000) from version 1's weight (10 to 1000), in a straight line, as runc and crun.
    static func weight(fromBlockIO weight: UInt16) -> UInt64 {
        1 + (UInt64(min(max(weight, 10), 1000)) - 10) * 9999 / 990
    }

    static func apply(_ resources: LinuxResources, to directory: CgroupDirectory, isNew: Bool) throws(CgroupError) {
        guard let blockIO = resources.blockIO else { return }
        let devices = (blockIO.weightDevice ?? []).compactMap { device in
            device.weight.unlessZero.map { (number: "\(device.major):\(device.minor)", weight: $0) }
        }
        // The BFQ scheduler's file takes version 1's numbers as they are.
        let hasBFQ = (blockIO.weight.unlessZero != nil || !devices.isEmpty) && directory.has("io.bfq.weight")
        let file = hasBFQ ? "io.bfq.weight" : "io.weight"
        func converted(_ weight: UInt16) -> UInt64 { hasBFQ ? UInt64(weight) : Self.weight(fromBlockIO: weight) }
        if let weight = blockIO.weight.unlessZero {
            try directory.write("\(converted(weight))", to: file, field: "\(blockIOField).weight")
        }
        for device in devices {
            try directory.write(
                "\(device.number) \(converted(device.weight))", to: file, field: "\(blockIOField).weightDevice")
        }
        for throttle in blockIO.throttles {
            for device in throttle.devices {
                // Zero takes a throttle away in version 1.
                let rate = device.rate == 0 ? "max" : "\(device.rate)"
                try directory.write(
                    "\(device.major):\(device.minor) \(throttle.v2Key)=\(rate)", to: "io.max", field: throttle.field)
            }
        }
    }

    static func collect(from directory: CgroupDirectory, into metrics: inout V2Metrics) throws(CgroupError) {
        for (head, values) in parseNestedKeyed(try directory.readIfPresent("io.stat") ?? "") {
            // Some kernels print devices that have no counters yet.
            guard let (major, minor) = parseDeviceNumber(head), !values.isEmpty else { continue }
            metrics.io.usage.append(
                .init(
                    major: major, minor: minor, rbytes: values["rbytes"] ?? 0, wbytes: values["wbytes"] ?? 0,
                    rios: values["rios"] ?? 0, wios: values["wios"] ?? 0))
        }
        metrics.io.psi = try directory.pressure("io.pressure")
    }
}
