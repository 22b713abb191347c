import FoundationEssentials
import OCISpec
import Testing

@testable import Cgroups

@Suite struct V1SmallControllersTests {
    @Test(arguments: [(20, "20"), (0, "max"), (-1, "max")] as [(Int64, String)])
    func aPidsLimitOfZeroOrLessIsNone(limit: Int64, text: String) throws {
        let cgroup = FakeCgroup.empty("pids.max")
        var resources = LinuxResources()
        resources.pids = PidsResources(limit: limit)
        try V1Pids.apply(resources, to: cgroup.directory, isNew: false)
        #expect(cgroup["pids.max"] == text)
    }

    @Test func aNewCgroupsPidsNeedNoWriteToBeUnlimited() throws {
        var resources = LinuxResources()
        resources.pids = PidsResources(limit: 0)
        try V1Pids.apply(resources, to: FakeCgroup().directory, isNew: true)
        #expect(V1Pids.requestedField(in: resources) == nil)
    }

    @Test func pidsWithoutLimitCountAsZeroInTheMetrics() throws {
        var metrics = V1Metrics()
        try V1Pids.collect(from: FakeCgroup(["pids.max": "max\n", "pids.current": "4\n"]).directory, into: &metrics)
        #expect(metrics.pids == .init(current: 4, limit: 0))
    }

    @Test func hugePagesAreLimitedWithTheirReservations() throws {
        let cgroup = FakeCgroup.empty("hugetlb.2MB.limit_in_bytes", "hugetlb.2MB.rsvd.limit_in_bytes")
        var resources = LinuxResources()
        resources.hugepageLimits = [try limit("2MB", 4096)]
        try V1Hugetlb.apply(resources, to: cgroup.directory, isNew: true)
        #expect(cgroup["hugetlb.2MB.limit_in_bytes"] == "4096")
        #expect(cgroup["hugetlb.2MB.rsvd.limit_in_bytes"] == "4096")
    }

    @Test(arguments: ["2mb", "0MB", "MB", "../x", "2M", "1GB"])
    func aPageSizeThatIsNoneOrNotHereIsNamed(size: String) throws {
        let cgroup = FakeCgroup.empty("hugetlb.2MB.limit_in_bytes")
        var resources = LinuxResources()
        resources.hugepageLimits = [try limit(size, 4096)]
        let error = #expect(throws: CgroupError.self) {
            try V1Hugetlb.apply(resources, to: cgroup.directory, isNew: true)
        }
        #expect(error?.field == "linux.resources.hugepageLimits[0].pageSize")
        #expect(error?.code == (size == "1GB" ? .unsupported : .invalid))
    }

    private func limit(_ size: String, _ bytes: UInt64) throws -> HugepageLimit {
        try decodeJSON(HugepageLimit.self, from: Data(#"{"pageSize":"\#(size)","limit":\#(bytes)}"#.utf8), file: nil)
    }

    @Test func hugePagesAreCountedBySize() throws {
        var metrics = V1Metrics()
        let cgroup = FakeCgroup([
            "hugetlb.2MB.usage_in_bytes": "1\n", "hugetlb.2MB.max_usage_in_bytes": "2\n", "hugetlb.2MB.failcnt": "3\n",
            "hugetlb.2MB.rsvd.usage_in_bytes": "9\n",
        ])
        try V1Hugetlb.collect(from: cgroup.directory, into: &metrics)
        #expect(metrics.hugetlb == [.init(usage: 1, max: 2, failcnt: 3, pagesize: "2MB")])
    }

    @Test func theNetworkClassAndPrioritiesAreWritten() throws {
        let json = #"{"network":{"classID":1048577,"priorities":[{"name":"eth0","priority":5}]}}"#
        let resources = try resources(json)
        let cgroup = FakeCgroup.empty("net_cls.classid", "net_prio.ifpriomap")
        try V1NetCls.apply(resources, to: cgroup.directory, isNew: true)
        try V1NetPrio.apply(resources, to: cgroup.directory, isNew: true)
        #expect(cgroup["net_cls.classid"] == "1048577")
        #expect(cgroup["net_prio.ifpriomap"] == "eth0 5")
        #expect(V1NetCls.requestedField(in: resources) == "linux.resources.network.classID")
        #expect(V1NetPrio.requestedField(in: resources) == "linux.resources.network.priorities")
    }

    @Test func rdmaDevicesAreLimitedAndCounted() throws {
        let json = #"{"rdma":{"mlx5_0":{"hcaHandles":3,"hcaObjects":10000}}}"#
        let resources = try resources(json)
        let cgroup = FakeCgroup(["rdma.max": "", "rdma.current": "mlx5_0 hca_handle=1 hca_object=20\n"])
        try V1RDMA.apply(resources, to: cgroup.directory, isNew: true)
        #expect(cgroup["rdma.max"] == "mlx5_0 hca_handle=3 hca_object=10000")
        cgroup.write("mlx5_0 hca_handle=max hca_object=10000\n", to: "rdma.max")
        var metrics = V1Metrics()
        try V1RDMA.collect(from: cgroup.directory, into: &metrics)
        #expect(metrics.rdma?.current == [.init(device: "mlx5_0", hcaHandles: 1, hcaObjects: 20)])
        #expect(metrics.rdma?.limit == [.init(device: "mlx5_0", hcaHandles: .max, hcaObjects: 10000)])
    }

    @Test func anRDMADeviceWithASpaceInItsNameIsRefused() throws {
        let resources = try decodeJSON(
            LinuxResources.self, from: Data(#"{"rdma":{"a b":{"hcaHandles":3}}}"#.utf8), file: nil)
        #expect(throws: CgroupError.self) {
            try V1RDMA.apply(resources, to: FakeCgroup.empty("rdma.max").directory, isNew: true)
        }
    }

    @Test(
        arguments: [("THAWED\n", .thawed), ("FREEZING\n", .freezing), ("FROZEN\n", .frozen)] as [(String, FreezerState)]
    )
    func theFreezersStateIsRead(text: String, state: FreezerState) throws {
        #expect(try V1Freezer.state(of: FakeCgroup(["freezer.state": text]).directory) == state)
    }

    @Test func aFreezerThatSaysSomethingElseIsAnError() {
        let error = #expect(throws: CgroupError.self) {
            try V1Freezer.state(of: FakeCgroup(["freezer.state": "COLD\n"]).directory)
        }
        #expect(error?.code == .unreadable)
    }
}
