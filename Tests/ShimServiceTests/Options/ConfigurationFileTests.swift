import ContainerdAPI
import EngineProtocol
import FoundationEssentials
import Glibc
import ShimService
import SwiftProtobuf
import Testing

/// The file itself, and what stands in for it in a runtime's options.
final class ConfigurationFileTests {
    private let file: String

    init() throws {
        var template = Array("/tmp/martlet-configuration-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        close(descriptor)
        file = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { unlink(file) }

    private func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: file))
    }

    private func options(_ change: (inout RuntimeOptions) -> Void) throws -> LaunchOptions {
        var options = RuntimeOptions()
        change(&options)
        return try LaunchOptions(Google_Protobuf_Any(packing: options))
    }

    @Test func aFileThatCannotBeReadIsAnError() throws {
        let error = try #require(throws: ConfigurationError.self) { try ConfigurationReader.read(file: "/tmp") }
        #expect(error.code == .unreadable)
        #expect(error.description.hasPrefix("/tmp: read"))
    }

    @Test func anUnknownKeyOfTheFileIsAnErrorThatNamesTheKnownOnes() throws {
        try write("[seccomp]\nguests = \"off\"")
        let error = try #require(throws: ConfigurationError.self) { try ConfigurationReader.read(file: file) }
        #expect(error.code == .unknownKey)
        #expect(error.key == "seccomp.guests")
        #expect(error.message.contains("seccomp.guest,"))
    }

    @Test func theTextInOptionsGoesBeforeTheFileThatTheyName() throws {
        let found = try options {
            $0.configBody = Data("SystemdCgroup = true\nBinaryName = \"x\"\nseccomp.guest = \"off\"".utf8)
            $0.configPath = "/not/looked/at"
        }
        #expect(found.systemdCgroup)
        #expect(found.guestSeccomp == .off)
        #expect(found.ignored == ["BinaryName"])
    }

    @Test func aMistakeInTheOptionsIsToldWithWhereItStands() throws {
        let inBody = try #require(throws: ConfigurationError.self) {
            try options { $0.configBody = Data("log.level = \"loud\"".utf8) }
        }
        #expect(inBody.description.hasPrefix("the runtime options' config_body: log.level: found \"loud\""))
        let missing = try #require(throws: ConfigurationError.self) { try options { $0.configPath = "\(file)-not" } }
        #expect(missing.code == .unreadable)
        #expect(missing.file == "\(file)-not")
    }
}
