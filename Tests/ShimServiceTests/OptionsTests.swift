import ContainerdAPI
import EngineProtocol
import ShimService
import SwiftProtobuf
import Testing

struct OptionsTests {
    @Test func noOptionsAreTheDefaults() throws {
        #expect(try LaunchOptions(nil) == LaunchOptions())
        #expect(try LaunchOptions(Google_Protobuf_Any()) == LaunchOptions())
    }

    @Test func runcsOptionsAreHonouredOrTold() throws {
        let any = try Google_Protobuf_Any(
            packing: RuncOptions.with {
                $0.systemdCgroup = true
                $0.shimCgroup = "/shims"
                $0.noNewKeyring = true
                $0.ioUid = 5
                $0.ioGid = 6
                $0.binaryName = "crun"
            })
        let options = try LaunchOptions(any)
        #expect(options.systemdCgroup && options.noNewKeyring)
        #expect(options.shimCgroup == "/shims" && options.ioUID == 5 && options.ioGID == 6)
        #expect(options.ignored == ["binary_name"])
    }

    @Test func theBodyOfGenericOptionsIsTOML() throws {
        let body = "SystemdCgroup = true\n[seccomp]\nguest = \"log\"\n[other]\nkey = 1"
        let any = try Google_Protobuf_Any(packing: RuntimeOptions.with { $0.configBody.append(contentsOf: body.utf8) })
        let options = try LaunchOptions(any)
        #expect(options.systemdCgroup)
        #expect(options.guestSeccomp == .log)
        #expect(options.ignored == ["other.key"])
    }

    @Test func theFileOfGenericOptionsIsReadAndNamed() throws {
        let folder = try TemporaryFolder()
        try folder.write("systemd_cgroup = 3", to: "options.toml")
        let any = try Google_Protobuf_Any(
            packing: RuntimeOptions.with { $0.configPath = folder.file("options.toml") })
        let error = #expect(throws: ConfigurationError.self) { try LaunchOptions(any) }
        #expect(error?.file == folder.file("options.toml") && error?.key == "systemd_cgroup")
    }

    @Test func anotherTypeIsRefusedByName() {
        let any = Google_Protobuf_Any.with { $0.typeURL = "example.com/Else" }
        let error = #expect(throws: TaskError.self) { try LaunchOptions(any) }
        #expect(error?.code == .invalidArgument)
        #expect("\(error!)".contains("example.com/Else"))
    }

    @Test func anAbsentConfigurationFileIsTheDefaults() throws {
        #expect(try ConfigurationReader.read(file: "/nonexistent/config.toml") == ShimConfiguration())
    }

    @Test func theConfigurationFileReachesTheEngine() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            """
            [log]
            level = "debug"
            [cache]
            directory = "/cache"
            max-size = "10 GiB"
            [engine]
            gc = true
            max-wasm-stack = 1048576
            """, to: "config.toml")
        let configuration = try ConfigurationReader.read(file: folder.file("config.toml"))
        #expect(configuration.logLevel == .debug)
        #expect(configuration.engine.cacheDirectory == "/cache")
        #expect(configuration.engine.cacheLimit == 10 << 30)
        #expect(configuration.engine.features.gc == true)
        #expect(configuration.engine.features.maxWasmStack == 1 << 20)
    }

    @Test(arguments: [
        ("[cache]\nmaxsize = 1", "cache.maxsize"), ("[log]\nlevel = \"loud\"", "log.level"),
        ("[cache]\ndirectory = \"rel\"", "cache.directory"), ("[cache]\nmax-size = \"1 parsec\"", "cache.max-size"),
        ("[cache]\nmax-size = -1", "cache.max-size"), ("[engine]\ngc = \"yes\"", "engine.gc"),
        ("[seccomp]\nguest = \"never\"", "seccomp.guest"),
    ])
    func aMistakeIsNamedWithFileAndKey(text: String, key: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "config.toml")
        let error = #expect(throws: ConfigurationError.self) {
            try ConfigurationReader.read(file: folder.file("config.toml"))
        }
        #expect(error?.key == key)
        #expect("\(error!)".hasPrefix(folder.file("config.toml")))
    }
}
