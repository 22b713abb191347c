import ContainerdAPI
import SwiftProtobuf
import Testing

/// Our `.proto` files declare what containerd's declare: all names, numbers, types, labels and methods.
@Suite(.needsPublishedProtos) struct PublishedShapeTests {
    let ours = Shapes(Protos.ours)
    let debian = Shapes(Protos.debian)

    @Test func everyMessageIsInTheTable() {
        #expect(ours.messageNames == Set(allMessages.map { $0.protoMessageName }))
        #expect(allMessages.count == ours.messageNames.count)
    }

    @Test func everyTypeIsAsInContainerdOneSixWithWhatLaterVersionsAdd() {
        for (name, fields) in ours.types where !name.hasPrefix("containerd.task.v3.") {
            let published = debian.types[name, default: []].union(Self.later[name, default: []])
            #expect(fields == published, "\(name)")
        }
    }

    @Test func whatLaterVersionsAddIsNotInOneSixYet() {
        for (name, fields) in Self.later {
            #expect(ours.types[name] != nil, "\(name)")
            #expect(debian.types[name, default: []].isDisjoint(with: fields), "\(name)")
        }
    }

    @Test func everyTypeIsInOneSixOrListedAsLater() {
        for name in ours.types.keys where !name.hasPrefix("containerd.task.v3.") {
            #expect(debian.types[name] != nil || Self.later[name] != nil, "\(name)")
        }
    }

    @Test func theServicesAreThoseOfOneSix() throws {
        for name in ["containerd.task.v2.Task", "containerd.services.events.ttrpc.v1.Events"] {
            let methods = try #require(ours.services[name])
            #expect(methods == debian.services[name], "\(name)")
        }
        #expect(ours.services["containerd.task.v2.Task"]?.count == 17)
    }

    @Test func theSandboxServiceIsThatOfTwo() throws {
        let methods = try #require(ours.services[SandboxMethod.serviceName])
        let names = methods.map { $0.prefix { $0 != "(" } }
        #expect(
            Set(names) == [
                "CreateSandbox", "StartSandbox", "Platform", "StopSandbox", "WaitSandbox", "SandboxStatus",
                "PingSandbox", "ShutdownSandbox", "SandboxMetrics",
            ])
    }

    @Test func versionThreeOfTheTaskServiceIsVersionTwoUnderAnotherName() throws {
        let second = ours.types.filter { $0.key.hasPrefix("containerd.task.v2.") }
        let third = ours.types.filter { $0.key.hasPrefix("containerd.task.v3.") }
        #expect(second.count == 26)
        #expect(Dictionary(uniqueKeysWithValues: third.map { (inVersionTwo($0.key), $0.value) }) == second)
        let methods = try #require(ours.services["containerd.task.v3.Task"])
        #expect(Set(methods.map(inVersionTwo)) == ours.services["containerd.task.v2.Task"])
    }

    private func inVersionTwo(_ line: String) -> String {
        line.replacing("containerd.task.v3.", with: "containerd.task.v2.")
    }

    /// What containerd 1.6 does not have, read in the `.proto` files of containerd 1.7.24 (config_body), of
    /// 2.0 and 2.1 (runc's options, introspection), and of version 3 of the cgroups library; and in files of their own
    /// what whole services add.
    static let later = [additions, bootstrap, sandbox, cri].reduce(into: [:]) { all, some in
        all.merge(some) { $0.union($1) }
    }

    private static let additions: [String: Set<String>] = [
        "runtimeoptions.v1.Options": ["bytes config_body = 3"],
        "containerd.runc.v1.Options": ["string task_api_address = 12", "uint32 task_api_version = 13"],
        "containerd.runc.v1.CheckpointOptions": ["string parent_path = 10"],
        "containerd.types.RuntimeRequest": ["string runtime_path = 1", ".google.protobuf.Any options = 2"],
        "containerd.types.RuntimeVersion": ["string version = 1", "string revision = 2"],
        "containerd.types.RuntimeInfo": [
            "string name = 1", ".containerd.types.RuntimeVersion version = 2", ".google.protobuf.Any options = 3",
            ".google.protobuf.Any features = 4", "map<string, string> annotations = 5",
        ],
        "io.containerd.cgroups.v2.Metrics": ["repeated .io.containerd.cgroups.v2.NetworkStat network = 9"],
        "io.containerd.cgroups.v2.CPUStat": [
            ".io.containerd.cgroups.v2.PSIStats psi = 7", "uint64 nr_bursts = 8", "uint64 burst_usec = 9",
        ],
        "io.containerd.cgroups.v2.MemoryStat": [
            "uint64 max_usage = 36", "uint64 swap_max_usage = 37", ".io.containerd.cgroups.v2.PSIStats psi = 38",
        ],
        "io.containerd.cgroups.v2.MemoryEvents": ["uint64 oom_group_kill = 6"],
        "io.containerd.cgroups.v2.IOStat": [".io.containerd.cgroups.v2.PSIStats psi = 2"],
        "io.containerd.cgroups.v2.HugeTlbStat": ["uint64 failcnt = 4"],
        "io.containerd.cgroups.v2.PSIStats": [
            ".io.containerd.cgroups.v2.PSIData some = 1", ".io.containerd.cgroups.v2.PSIData full = 2",
        ],
        "io.containerd.cgroups.v2.PSIData": [
            "double avg10 = 1", "double avg60 = 2", "double avg300 = 3", "uint64 total = 4",
        ],
        "io.containerd.cgroups.v2.NetworkStat": [
            "string name = 1", "uint64 rx_bytes = 2", "uint64 rx_packets = 3", "uint64 rx_errors = 4",
            "uint64 rx_dropped = 5", "uint64 tx_bytes = 6", "uint64 tx_packets = 7", "uint64 tx_errors = 8",
            "uint64 tx_dropped = 9",
        ],
    ]
}
