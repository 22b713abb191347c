import FoundationEssentials
import OCISpec
import Testing

@testable import Cgroups

@Suite struct V1BlockIOTests {
    static func resources() throws -> LinuxResources {
        let json = """
            {"blockIO": {"weight": 500, "weightDevice": [{"major": 8, "minor": 0, "weight": 100}],
             "throttleReadBpsDevice": [{"major": 8, "minor": 0, "rate": 1000}, {"major": 8, "minor": 16, "rate": 0}],
             "throttleWriteBpsDevice": [{"major": 8, "minor": 0, "rate": 2000}],
             "throttleReadIOPSDevice": [{"major": 8, "minor": 0, "rate": 30}],
             "throttleWriteIOPSDevice": [{"major": 8, "minor": 0, "rate": 40}]}}
            """
        return try decodeJSON(LinuxResources.self, from: Data(json.utf8), file: nil)
    }

    private let throttles = ["read_bps", "write_bps", "read_iops", "write_iops"].map { "blkio.throttle.\($0)_device" }

    @Test func weightsGoToBFQWhereTheOldFilesAreGone() throws {
        let cgroup = FakeCgroup(
            Dictionary(
                uniqueKeysWithValues: (throttles + ["blkio.bfq.weight", "blkio.bfq.weight_device"]).map { ($0, "") }))
        try V1BlockIO.apply(try Self.resources(), to: cgroup.directory, isNew: true)
        #expect(cgroup["blkio.bfq.weight"] == "500")
        #expect(cgroup["blkio.bfq.weight_device"] == "8:0 100")
        #expect(cgroup[throttles[0]] == "8:0 10008:16 0", "each throttle is a write of its own")
        #expect(cgroup[throttles[1]] == "8:0 2000")
        #expect(cgroup[throttles[2]] == "8:0 30")
        #expect(cgroup[throttles[3]] == "8:0 40")
    }

    @Test func weightsGoToTheOldFilesWhereTheyAre() throws {
        let names = throttles + ["blkio.weight", "blkio.weight_device", "blkio.bfq.weight"]
        let cgroup = FakeCgroup(Dictionary(uniqueKeysWithValues: names.map { ($0, "") }))
        try V1BlockIO.apply(try Self.resources(), to: cgroup.directory, isNew: true)
        #expect(cgroup["blkio.weight"] == "500")
        #expect(cgroup["blkio.weight_device"] == "8:0 100")
        #expect(cgroup["blkio.bfq.weight"] == "")
    }

    @Test func aMissingWeightFileNamesTheField() throws {
        let error = #expect(throws: CgroupError.self) {
            try V1BlockIO.apply(try Self.resources(), to: FakeCgroup().directory, isNew: true)
        }
        #expect(error?.field == "linux.resources.blockIO.weight")
        #expect(error?.code == .unsupported)
    }

    @Test func countersComeFromTheFirstFileThatHasAny() throws {
        let cgroup = FakeCgroup([
            "blkio.bfq.io_service_bytes_recursive": "Total 0\n",
            "blkio.throttle.io_service_bytes_recursive": "8:0 Read 4096\n8:0 Write 10\n8:0 Total 4106\nTotal 4106\n",
            "blkio.sectors_recursive": "8:0 77\n",
        ])
        var metrics = V1Metrics()
        try V1BlockIO.collect(from: cgroup.directory, into: &metrics)
        metrics.blkio.nameDevices { ["8:0": "/dev/sda"] }
        #expect(
            metrics.blkio.ioServiceBytesRecursive == [
                .init(op: "Read", device: "/dev/sda", major: 8, minor: 0, value: 4096),
                .init(op: "Write", device: "/dev/sda", major: 8, minor: 0, value: 10),
                .init(op: "Total", device: "/dev/sda", major: 8, minor: 0, value: 4106),
            ])
        #expect(metrics.blkio.sectorsRecursive == [.init(op: "", device: "/dev/sda", major: 8, minor: 0, value: 77)])
        #expect(metrics.blkio.ioServicedRecursive.isEmpty)
    }

    @Test func deviceNamesComeFromDiskstats() {
        let proc = FakeCgroup(["diskstats": "   8       0 sda 1 2 3\n 253       1 dm-1 0 0 0\n"])
        #expect(blockDeviceNames("\(proc.path)/diskstats") == ["8:0": "/dev/sda", "253:1": "/dev/dm-1"])
    }
}
