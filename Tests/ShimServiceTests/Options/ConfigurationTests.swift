import EngineProtocol
import FoundationEssentials
import ShimService
import Testing

struct ConfigurationTests {
    private static let file = "/etc/martlet/config.toml"

    private func parse(_ text: String) throws -> ShimConfiguration {
        let (configuration, unknown) = try ConfigurationReader.parse(text, file: Self.file)
        #expect(unknown.isEmpty)
        return configuration
    }

    /// What is said of a text that can't be used, or nothing.
    private func complaint(_ text: String) -> String? {
        do throws(ConfigurationError) {
            _ = try ConfigurationReader.parse(text, file: Self.file)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func everySettingCanBeMade() throws {
        let configuration = try parse(
            """
            systemd_cgroup = true
            [log]
            level = "debug"
            [seccomp]
            guest = "log"
            [cache]
            directory = "/cache"
            max-size = "512MiB"
            [engine]
            compiler-memory = 1_000_000
            gc = true
            exceptions = true
            threads = false
            memory64 = true
            tail-calls = false
            relaxed-simd = false
            multi-memory = true
            function-references = true
            max-wasm-stack = "1 MiB"
            """)
        #expect(configuration.systemdCgroup == true)
        #expect(configuration.logLevel == .debug)
        #expect(configuration.guestSeccomp == .log)
        #expect(configuration.engine.cacheDirectory == "/cache")
        #expect(configuration.engine.cacheLimit == 512 << 20)
        #expect(configuration.engine.compilerMemoryLimit == 1_000_000)
        let features = configuration.engine.features
        #expect(features.gc == true && features.exceptions == true && features.memory64 == true)
        #expect(features.threads == false && features.tailCalls == false && features.relaxedSIMD == false)
        #expect(features.multiMemory == true && features.functionReferences == true)
        #expect(features.maxWasmStack == 1 << 20)
        // A setting that is added to the engine and forgotten here is one that nobody can make.
        #expect(Mirror(reflecting: features).children.allSatisfy { "\($0.value)" != "nil" })
        let settings = Mirror(reflecting: configuration.engine).children.compactMap(\.label)
        // Tracing is of one run of the command's.
        #expect(Set(settings) == ["cacheDirectory", "cacheLimit", "compilerMemoryLimit", "features", "instruments"])
    }

    @Test func aFeatureIsSetByItsOwnKeyAlone() throws {
        let features: [(String, KeyPath<EngineFeatures, Bool?>)] = [
            ("gc", \.gc), ("exceptions", \.exceptions), ("threads", \.threads), ("memory64", \.memory64),
            ("tail-calls", \.tailCalls), ("relaxed-simd", \.relaxedSIMD), ("multi-memory", \.multiMemory),
            ("function-references", \.functionReferences),
        ]
        for (key, feature) in features {
            let found = try parse("[engine]\n\(key) = true").engine.features
            #expect(found[keyPath: feature] == true)
            #expect(Mirror(reflecting: found).children.count { "\($0.value)" != "nil" } == 1)
        }
    }

    @Test func theExampleOfTheReadmeSpellsTheDefaultsOut() throws {
        var folder = URL(filePath: #filePath)
        for _ in 1...4 { folder.deleteLastPathComponent() }
        let readme = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
        let blocks = readme.split(separator: "```toml\n").compactMap { $0.split(separator: "```").first }
        let example = try #require(blocks.first { $0.contains("[seccomp]") })
        let configuration = try parse(String(example))
        #expect(configuration.engine == EngineSettings())
        #expect(configuration.guestSeccomp == .enforce && configuration.logLevel == .info)
        #expect(configuration.systemdCgroup == false)
    }

    @Test func whatIsNotSaidStaysAsItIs() throws {
        #expect(try parse("") == ShimConfiguration())
        #expect(try parse("[cache]\n[engine]\n# gc = true") == ShimConfiguration())
        #expect(try parse("SystemdCgroup = false").systemdCgroup == false)
    }

    @Test(arguments: [
        ("\"1GiB\"", 1 << 30), ("\"64 KiB\"", 1 << 16), ("\"2TiB\"", 1 << 41), ("\"7\"", 7), ("0x10", 16),
    ])
    func sizesAreBytesOrHaveAUnit(text: String, bytes: UInt64) throws {
        #expect(try parse("cache.max-size = \(text)").engine.cacheLimit == bytes)
    }

    @Test(arguments: [
        (
            "log.level = \"loud\"",
            "log.level: found \"loud\"; expected one of \"debug\", \"info\", \"warning\", \"error\""
        ),
        ("log.level = {}", "log.level: found a table; expected one of \"debug\", \"info\", \"warning\", \"error\""),
        ("seccomp.guest = true", "seccomp.guest: found true; expected one of \"enforce\", \"log\", \"off\""),
        ("systemd_cgroup = \"yes\"", "systemd_cgroup: found \"yes\"; expected true or false"),
        ("engine.gc = 1", "engine.gc: found 1; expected true or false"),
        ("engine.gc = 1979-05-27", "engine.gc: found a date or time; expected true or false"),
        ("cache.directory = \"cache\"", "cache.directory: found \"cache\"; expected an absolute path"),
        ("cache.directory = [\"/cache\"]", "cache.directory: found an array; expected an absolute path"),
        (
            "engine.max-wasm-stack = \"1KiB\"",
            "engine.max-wasm-stack: found \"1KiB\"; expected a size from \"64KiB\" to \"1024MiB\""
        ),
    ])
    func aWrongValueIsToldWithItsKey(text: String, complaint: String) {
        #expect(self.complaint(text) == "\(Self.file): \(complaint)")
    }

    @Test(arguments: ["0", "-1", "1.5", "\"1MB\"", "\"MiB\"", "\"-1KiB\"", "\"0KiB\"", "\"16777216TiB\"", "\"\""])
    func whatIsNoSizeIsRefused(text: String) throws {
        let complaint = try #require(self.complaint("cache.max-size = \(text)"))
        #expect(complaint.hasPrefix("\(Self.file): cache.max-size: found \(text); expected bytes"))
    }

    @Test(arguments: [
        ("[log]\nlevel = ", "line 2, column 9: "), ("a = 1\na = 2", "line 2, column "), ("[log", "line 1, column 5: "),
        ("x\n= 1", "line 1, column 2: "), ("[log]\n# \0\nlevel = \"debug\"", "line 2: found a NUL"),
    ])
    func whatIsNotTOMLIsToldWithItsPlace(text: String, place: String) throws {
        let complaint = try #require(self.complaint(text))
        #expect(complaint.hasPrefix("\(Self.file): \(place)"))
    }

    @Test(arguments: [
        ("[log]\nlevle = \"info\"", "log.levle"), ("engine = 1", "engine"), ("\"a\\u0000b\" = 1", "a"),
        ("[engine.deep]\ngc = true", "engine.deep"), ("[engine]\nmulti_memory = true", "engine.multi_memory"),
    ])
    func unknownKeysAreAnswered(text: String, key: String) throws {
        #expect(try ConfigurationReader.parse(text, file: Self.file).unknown == [key])
    }
}
