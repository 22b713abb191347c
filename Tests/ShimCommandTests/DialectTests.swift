import Bundle
import ContainerdAPI
import FoundationEssentials
import Glibc
import LinuxSystem
import SwiftProtobuf
import Testing

@testable import ShimCommand
@testable import ShimService

/// Who calls `start` is told what it understands.
struct DialectTests {
    private let folder = TestFolder()

    private func command(_ call: RecordedCall) throws -> StartCommand {
        var command = StartCommand(
            arguments: try Arguments(call.arguments), program: "shim", environment: call.environment)
        command.configurationFile = "\(folder.path)/config.toml"
        command.socketFolder = "\(folder.path)/s"
        command.engine = "/engine"
        return command
    }

    private func serve(
        _ command: StartCommand, _ input: [UInt8]
    ) throws -> (answer: [UInt8], settings: ShimServerSettings, address: SocketAddress)? {
        guard
            case .serving(let answer, let settings, let socket, let address) = try command.run(
                in: folder.path, input: input)
        else { return nil }
        close(socket)
        return (answer, settings, address)
    }

    @Test(arguments: RecordedCall.all.filter { $0.what == "run" })
    func aRecordedCallIsAnsweredInItsOwnDialect(call: RecordedCall) throws {
        try folder.write(#"{"ociVersion":"1.1.0"}"#, to: "config.json")
        for knowsVersion3 in [false, true] {
            var command = try command(call)
            command.callerKnowsVersion3 = knowsVersion3
            let served = try #require(try serve(command, call.input))
            let expected = SocketAddress(
                containerd: "/run/containerd/containerd.sock", namespace: "k8s.io", group: "plain",
                folder: "\(folder.path)/s")
            #expect(served.address == expected)
            #expect(served.settings.eventsAddress == "/run/containerd/containerd.sock.ttrpc")
            let text = String(decoding: served.answer, as: UTF8.self)
            let read = Read(served.answer)
            switch call.containerd {
            case "1.6":
                #expect(text == expected.text)
                #expect(read == Read(version: 2, address: expected.text))
            case "2.3":
                let result = try ShimBootstrapResult(serializedBytes: served.answer)
                #expect(result.version == 3 && result.address == expected.text && result.protocol == "ttrpc")
                #expect(read == nil)
            default:
                #expect(read == Read(version: knowsVersion3 ? 3 : 2, address: expected.text))
            }
        }
    }

    @Test(arguments: RecordedCall.older)
    func optionsOfOlderCallersAreTheWholeInput(call: RecordedCall) throws {
        if call.what == "run" {
            #expect(try StartInput(call.input, id: "plain", namespace: "k8s.io") == StartInput())
        } else {
            let error = #expect(throws: ConfigurationError.self) {
                try StartInput(call.input, id: "opts", namespace: "k8s.io")
            }
            #expect(error?.file == "/etc/x.toml")
        }
    }

    @Test func parametersOfNewerCallersHoldTheOptionsAndMore() throws {
        let call = try #require(RecordedCall.newer.last)
        let input = try StartInput(call.input, id: "full", namespace: "k8s.io")
        #expect(input.options.systemdCgroup && input.options.shimCgroup == "/s")
        #expect(input.bootstrap?.logLevel == .debug && input.bootstrap?.socketFolder == "/run/x")
        #expect(input.bootstrap?.grpcAddress == "/run/containerd/containerd.sock")
        #expect(input.bootstrap?.ttrpcAddress == "/run/containerd/containerd.sock.ttrpc")
    }

    @Test func parametersOfAnotherContainerAreTakenForOptionsAndRefused() throws {
        let call = try #require(RecordedCall.newer.first)
        #expect(throws: TaskError.self) { try StartInput(call.input, id: "other", namespace: "k8s.io") }
        #expect(throws: TaskError.self) { try StartInput(call.input, id: "plain", namespace: "default") }
        #expect(throws: TaskError.self) { try StartInput([0xff, 0xff], id: "plain", namespace: "k8s.io") }
        // Begins as parameters of this very container, and is none.
        #expect(throws: TaskError.self) {
            try StartInput(Array(call.input.prefix(15)) + [0x4a, 0x05], id: "plain", namespace: "k8s.io")
        }
    }

    @Test func theSocketLiesWhereTheCallerWantsIt() throws {
        try folder.write(#"{"ociVersion":"1.1.0"}"#, to: "config.json")
        let call = try #require(RecordedCall.newer.first)
        var parameters = try ShimBootstrapParams(serializedBytes: call.input)
        parameters.socketDir = "\(folder.path)/elsewhere"
        let served = try #require(try serve(command(call), parameters.serializedBytes()))
        #expect(served.address.path.hasPrefix("\(folder.path)/elsewhere/"))
        #expect(try readText("\(folder.path)/address") == served.address.text)
        #expect(folder.exists("elsewhere") && !folder.exists("s"))

        parameters.socketDir = "s"
        let bytes: [UInt8] = try parameters.serializedBytes()
        #expect(throws: TaskError.self) { try serve(command(call), bytes) }
        parameters.socketDir = "/" + String(repeating: "x", count: 60)
        let longer: [UInt8] = try parameters.serializedBytes()
        #expect(throws: SystemCallError.self) { try serve(command(call), longer) }
        rmdir(parameters.socketDir)
    }

    /// The pod was started by a containerd with `socket_dir`; one without it, or an older one, adds a container.
    @Test func aContainerOfAPodFindsTheShimAtAnotherAddress() throws {
        mkdir("\(folder.path)/pod", 0o700)
        mkdir("\(folder.path)/plain", 0o700)
        try folder.write(
            #"{"ociVersion":"1.1.0","annotations":{"io.kubernetes.cri.sandbox-id":"pod"}}"#, to: "plain/config.json")
        let pods = SocketAddress(containerd: "/c.sock", namespace: "k8s.io", group: "pod", folder: folder.path)
        try folder.write(pods.text, to: "pod/address")
        guard case .listening(let socket) = try ShimSocket.listen(at: pods) else {
            Issue.record("nobody is there yet")
            return
        }
        let call = try #require(RecordedCall.older.first { $0.containerd == "1.7" })
        let start = try command(call)
        guard case .served(let answer) = try start.run(in: "\(folder.path)/plain", input: call.input) else {
            Issue.record("the pod has a shim")
            return
        }
        #expect(Read(answer) == Read(version: 2, address: pods.text))
        #expect(try readText("\(folder.path)/plain/address") == pods.text)
        _ = consume socket
        guard case .serving(_, _, let own, let address) = try start.run(in: "\(folder.path)/plain", input: call.input)
        else {
            Issue.record("the pod's shim has gone")
            return
        }
        #expect(address != pods)
        close(own)
    }

    @Test(arguments: [
        (-100, "", ShimConfiguration.LogLevel.debug), (-8, "", .debug), (-4, "error", .debug), (0, "", .info),
        (0, "error", .error), (1, "", .info), (4, "", .warning), (4, "info", .info), (8, "", .error), (99, "", .error),
    ])
    func theCallersLevelHoldsWhereNoneIsConfiguredAndForDebugging(
        number: Int, configured: String, level: ShimConfiguration.LogLevel
    ) throws {
        try folder.write(#"{"ociVersion":"1.1.0"}"#, to: "config.json")
        if !configured.isEmpty { try folder.write("[log]\nlevel = \"\(configured)\"\n", to: "config.toml") }
        let call = try #require(RecordedCall.newer.first)
        var parameters = try ShimBootstrapParams(serializedBytes: call.input)
        parameters.logLevel = ShimLogLevel(rawValue: number) ?? .UNRECOGNIZED(number)
        let served = try #require(try serve(command(call), parameters.serializedBytes()))
        #expect(served.settings.configuration.logLevel == level)
    }

    /// A shim of before 2.3 called by 2.3: it takes an answer for a BootstrapResult if it can be read as one.
    @Test func olderAnswersAreNoBootstrapResults() throws {
        let address = SocketAddress(containerd: "/c", namespace: "ns", group: "g", folder: "/run/containerd/s")
        for answer in [StartAnswer.address, .json(version: 2), .json(version: 3)] {
            let bytes = try answer.bytes(address)
            #expect(throws: (any Error).self) { try ShimBootstrapResult(serializedBytes: bytes) }
        }
    }
}

/// What containerd 1.7 to 2.2 make of an answer: JSON with a version of 2 or more, or else all of it is the address.
private struct Read: Equatable, Decodable {
    var version: Int
    var address: String

    init(version: Int, address: String) {
        self.version = version
        self.address = address
    }

    /// nil: neither.
    init?(_ answer: [UInt8]) {
        let text = String(decoding: answer, as: UTF8.self)
        if let json = try? JSONDecoder().decode(Self.self, from: Data(answer)), json.version >= 2 {
            self = json
        } else if text.hasPrefix("unix://") {
            self.init(version: 2, address: text)
        } else {
            return nil
        }
    }
}
