internal import OCISpec

let blockIOField = "linux.resources.blockIO"

extension BlockIOResources {
    struct Throttle {
        var devices: [ThrottleDevice]
        /// Within `blkio.throttle.*_device`.
        var v1File: String
        /// Within a line of `io.max`.
        var v2Key: String
        var field: String
    }

    /// The four kinds of throttles by the names that the kernel gives them.
    var throttles: [Throttle] {
        [
            Throttle(
                devices: throttleReadBpsDevice ?? [], v1File: "read_bps", v2Key: "rbps",
                field: "\(blockIOField).throttleReadBpsDevice"),
            Throttle(
                devices: throttleWriteBpsDevice ?? [], v1File: "write_bps", v2Key: "wbps",
                field: "\(blockIOField).throttleWriteBpsDevice"),
            Throttle(
                devices: throttleReadIOPSDevice ?? [], v1File: "read_iops", v2Key: "riops",
                field: "\(blockIOField).throttleReadIOPSDevice"),
            Throttle(
                devices: throttleWriteIOPSDevice ?? [], v1File: "write_iops", v2Key: "wiops",
                field: "\(blockIOField).throttleWriteIOPSDevice"),
        ]
    }
}

func requestedBlockIOField(in resources: LinuxResources) -> String? {
    guard let blockIO = resources.blockIO else { return nil }
    if blockIO.weight.unlessZero != nil { return "\(blockIOField).weight" }
    if blockIO.leafWeight.unlessZero != nil { return "\(blockIOField).leafWeight" }
    if blockIO.weightDevice?.isEmpty == false { return "\(blockIOField).weightDevice" }
    return blockIO.throttles.first { !$0.devices.isEmpty }?.field
}
