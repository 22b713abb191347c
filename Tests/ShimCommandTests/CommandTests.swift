import Bundle
import ContainerdAPI
import Glibc
import LinuxSystem
import Logging
import OCISpec
import SwiftProtobuf
import Testing

@testable import ShimCommand
@testable import ShimService

struct CommandTests {
    private let folder = TestFolder()

    private func command(id: String = "c1") -> StartCommand {
        var arguments = Arguments()
        arguments.namespace = "ns"
        arguments.id = id
        arguments.address = "/c.sock"
        var command = StartCommand(arguments: arguments, program: "shim", environment: [:])
        command.configurationFile = "\(folder.path)/config.toml"
        command.socketFolder = "\(folder.path)/s"
        command.engine = "/engine"
        return command
    }

    private func start(_ command: StartCommand) throws -> String {
        switch try command.run(in: folder.path, input: []) {
        case .served(let answer): return String(decoding: answer, as: UTF8.self)
        case .serving(let answer, _, let socket, _):
            close(socket)
            return String(decoding: answer, as: UTF8.self)
        }
    }

    @Test func aContainerOfARunningPodIsToldThePodsShim() throws {
        try folder.write(
            #"{"ociVersion":"1.1.0","annotations":{"io.kubernetes.cri.sandbox-id":"pod"}}"#, to: "config.json")
        let address = SocketAddress(containerd: "/c.sock", namespace: "ns", group: "pod", folder: "\(folder.path)/s")
        guard case .listening(let socket) = try ShimSocket.listen(at: address) else {
            Issue.record("nobody is there yet")
            return
        }
        #expect(try start(command()) == address.text)
        #expect(try readText("\(folder.path)/address") == address.text)
        _ = consume socket
    }

    @Test func aStartThatFailsLeavesNothing() throws {
        #expect(throws: SystemCallError.self) { try command().run(in: "\(folder.path)/nowhere", input: []) }
        try folder.write(#"{"ociVersion":"1.1.0","process":{"cwd":7}}"#, to: "config.json")
        let error = #expect(throws: SpecError.self) { try start(command()) }
        #expect(error?.field == "process.cwd")
        try folder.write(#"{"ociVersion":"1.1.0"}"#, to: "config.json")
        try folder.write("[nope]\nkey = 1", to: "config.toml")
        #expect(throws: ConfigurationError.self) { try start(command()) }
        #expect(!folder.exists("s") && !folder.exists("address"))
    }

    @Test func aBundleWithoutAConfigurationIsASandboxs() throws {
        guard
            case .serving(_, let settings, let socket, let address) = try command(id: "s1").run(
                in: folder.path, input: [])
        else {
            Issue.record("there is no shim yet")
            return
        }
        close(socket)
        #expect(settings.config == nil && settings.id == "s1")
        #expect(
            address
                == SocketAddress(containerd: "/c.sock", namespace: "ns", group: "s1", folder: "\(folder.path)/s"))
    }

    @Test func deleteOfWhatWasNeverCreatedSaysThatItWasKilled() throws {
        let response = try DeleteCommand(id: "c1", folder: folder.path, logger: Logger(label: "test")).run()
        #expect(response.exitStatus == 137 && response.pid == 0 && response.hasExitedAt)
    }

    @Test func deleteTellsTheExitThatTheShimRecordedAndMayBeCalledAgain() throws {
        let bundle = try Bundle(path: folder.path)
        try bundle.write("77", to: .initPid)
        try bundle.write(ExitRecord(pid: 77, status: 3, seconds: 1_700_000_000, nanoseconds: 5))
        let address = SocketAddress(containerd: "/c", namespace: "ns", group: "g", folder: folder.path)
        _ = try ShimSocket.listen(at: address)
        try bundle.write(address.text, to: .address)
        for _ in 0..<2 {
            let response = try DeleteCommand(id: "c1", folder: folder.path, logger: Logger(label: "test")).run()
            #expect(response.exitStatus == 3 && response.pid == 77)
            #expect(response.exitedAt == .init(seconds: 1_700_000_000, nanos: 5))
        }
        #expect(access(address.path, F_OK) != 0, "the socket of the shim that has gone is removed")
    }

    @Test func deleteOfThePodsBundleClearsMembersOfWhichNobodyElseWillCallDelete() throws {
        let pod = try Bundle(path: "\(folder.path)/pod")
        mkdir(pod.path, 0o700)
        var members: [Bundle] = []
        for id in ["own-delete", "none"] {
            let bundle = try Bundle(path: "\(folder.path)/\(id)")
            mkdir(bundle.path, 0o700)
            try bundle.write("7", to: .initPid)
            try pod.addMember(id, bundle: bundle, cgroup: Self.cgroup("\(folder.path)/no-cgroup"))
            members.append(bundle)
        }
        // Of this one containerd has removed the bundle: what is known of its cgroup stands in the pod's.
        let cgroup = "\(folder.path)/cgroup"
        mkdir(cgroup, 0o700)
        let removed = try Bundle(path: "\(folder.path)/removed")
        try pod.addMember("removed", bundle: removed, cgroup: Self.cgroup(cgroup))
        try members[1].write("pod", to: .sandbox)
        let address = SocketAddress(containerd: "/c", namespace: "ns", group: "pod", folder: folder.path)
        guard case .listening(let socket) = try ShimSocket.listen(at: address) else {
            Issue.record("nobody is there yet")
            return
        }
        try pod.write(address.text, to: .address)
        let command = DeleteCommand(id: "pod", folder: pod.path, logger: Logger(label: "test"))
        _ = try command.run()
        #expect(try members[1].readPid(.initPid) == 7, "the pod's shim is there")
        _ = consume socket
        _ = try command.run()
        #expect(try members[1].readPid(.initPid) == nil && members[0].readPid(.initPid) == 7)
        #expect(pod.readMembers().map(\.bundle) == [members[0]])
        #expect(access(cgroup, F_OK) != 0)
    }

    /// What the shim writes of a cgroup at this path.
    private static func cgroup(_ path: String) -> String {
        #"{"version": 2, "directories": [{"controllers": [], "path": "\#(path)", "mountPoint": "/"}]}"#
    }

    @Test func infoTellsTheFeaturesAsContainerdReadsThem() throws {
        let options = try Google_Protobuf_Any(packing: RuncOptions())
        let info = try InfoCommand.run(input: options.serializedBytes())
        #expect(info.name == "io.containerd.martlet.v1" && info.options == options)
        #expect(info.features.typeURL == "types.containerd.io/opencontainers/runtime-spec/1/features/Features")
        let told = try decodeJSON(Told.self, from: info.features.value, file: nil)
        #expect(told.ociVersionMin == "1.0.0" && told.ociVersionMax == "1.2.0")
        #expect(told.hooks.first == "prestart" && told.hooks.count == 6)
        #expect(Set(told.mountOptions).isSuperset(of: ["acl", "rro", "rbind", "rslave", "tmpcopyup", "ridmap"]))
        #expect(told.linux.namespaces == ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"])
        #expect(told.linux.capabilities.last == "CAP_CHECKPOINT_RESTORE" && told.linux.capabilities.count == 41)
        #expect(told.linux.cgroup == ["v1": true, "v2": true, "systemd": true, "systemdUser": false, "rdma": true])
        #expect(told.linux.seccomp.enabled && told.linux.seccomp.actions.contains("SCMP_ACT_NOTIFY"))
        #expect(told.linux.seccomp.operators.count == 7 && told.linux.seccomp.archs.contains("SCMP_ARCH_RISCV64"))
        #expect(told.linux.seccomp.knownFlags.contains("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"))
        #expect(told.linux.mountExtensions["idmap"] == ["enabled": true])
        #expect(told.potentiallyUnsafeConfigAnnotations.contains("io.kubernetes.cri.sandbox-id"))
        #expect(throws: TaskError.self) {
            try InfoCommand.run(input: Google_Protobuf_Any.with { $0.typeURL = "x" }.serializedBytes())
        }
    }
}

/// The features structure, as far as it is looked at.
private struct Told: Decodable {
    struct Linux: Decodable {
        var namespaces: [String]
        var capabilities: [String]
        var cgroup: [String: Bool]
        var seccomp: Seccomp
        var mountExtensions: [String: [String: Bool]]
    }
    struct Seccomp: Decodable {
        var enabled: Bool
        var actions: [String]
        var operators: [String]
        var archs: [String]
        var knownFlags: [String]
    }
    var ociVersionMin: String
    var ociVersionMax: String
    var hooks: [String]
    var mountOptions: [String]
    var linux: Linux
    var potentiallyUnsafeConfigAnnotations: [String]
}
