internal import EngineProtocol
internal import LinuxSystem
internal import SystemPackage
internal import TOMLKit

/// Reads the configuration file.
package enum ConfigurationReader {
    /// What the file says; the defaults when there is no such file, without a look at TOML.
    ///
    /// - Throws: `ConfigurationError`, also for a key that is not known: a misspelt limit must not go unnoticed.
    package static func read(file: String = ShimConfiguration.path) throws(ConfigurationError) -> ShimConfiguration {
        let text: String
        do {
            text = try readText(file)
        } catch {
            if error.errno == .noSuchFileOrDirectory { return ShimConfiguration() }
            throw ConfigurationError(.unreadable, file: file, "\(error)")
        }
        let (configuration, unknown) = try parse(text, file: file)
        if let key = unknown.first {
            throw ConfigurationError(
                .unknownKey, file: file, key: key,
                "there is no such setting; known are \(known.joined(separator: ", "))")
        }
        return configuration
    }

    /// What a text says, and the keys in it that are not known.
    package static func parse(
        _ text: String, file: String
    ) throws(ConfigurationError) -> (configuration: ShimConfiguration, unknown: [String]) {
        let table = try parseTable(text, file: file)
        var configuration = ShimConfiguration()
        var unknown: [String] = []
        for (key, value) in settings(of: table) {
            guard let value, try apply(Setting(file: file, key: key, value: value), to: &configuration) else {
                unknown.append(key)
                continue
            }
        }
        return (configuration, unknown)
    }

    private static func parseTable(_ text: String, file: String) throws(ConfigurationError) -> TOMLTable {
        // The parser takes the text for one that ends there.
        if let null = text.utf8.firstIndex(of: 0) {
            let line = text.utf8[..<null].count { $0 == UInt8(ascii: "\n") } + 1
            throw ConfigurationError(.malformed, file: file, "line \(line): found a NUL; expected text")
        }
        do {
            return try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            let place = error.source.begin
            throw ConfigurationError(
                .malformed, file: file, "line \(place.line), column \(place.column): \(error.description)")
        } catch {
            throw ConfigurationError(.malformed, file: file, "\(error)")
        }
    }

    private static let known = [
        "log.level", "seccomp.guest", "cache.directory", "cache.max-size", "systemd_cgroup", "engine.compiler-memory",
        "engine.gc", "engine.exceptions", "engine.threads", "engine.memory64", "engine.tail-calls",
        "engine.relaxed-simd", "engine.multi-memory", "engine.function-references", "engine.max-wasm-stack",
    ]

    /// Applies a setting; answers false when the key is not known.
    private static func apply(
        _ setting: Setting, to configuration: inout ShimConfiguration
    ) throws(ConfigurationError) -> Bool {
        switch setting.key {
        case "log.level": configuration.logLevel = try setting.choice(ShimConfiguration.LogLevel.allCases)
        case "seccomp.guest": configuration.guestSeccomp = try setting.choice([.enforce, .log, .off])
        case "systemd_cgroup", "SystemdCgroup": configuration.systemdCgroup = try setting.boolean()
        case "cache.directory": configuration.engine.cacheDirectory = try setting.absolutePath()
        case "cache.max-size": configuration.engine.cacheLimit = try setting.byteCount()
        case "engine.compiler-memory": configuration.engine.compilerMemoryLimit = try setting.byteCount()
        case "engine.gc": configuration.engine.features.gc = try setting.boolean()
        case "engine.exceptions": configuration.engine.features.exceptions = try setting.boolean()
        case "engine.threads": configuration.engine.features.threads = try setting.boolean()
        case "engine.memory64": configuration.engine.features.memory64 = try setting.boolean()
        case "engine.tail-calls": configuration.engine.features.tailCalls = try setting.boolean()
        case "engine.relaxed-simd": configuration.engine.features.relaxedSIMD = try setting.boolean()
        case "engine.multi-memory": configuration.engine.features.multiMemory = try setting.boolean()
        case "engine.function-references": configuration.engine.features.functionReferences = try setting.boolean()
        case "engine.max-wasm-stack":
            // What the engine takes.
            configuration.engine.features.maxWasmStack = try setting.byteCount(upToMebibytes: 1024)
        default: return false
        }
        return true
    }

    /// The top's keys and those of its tables, dotted and in order. No setting lies deeper.
    ///
    /// A value is nil where the parser has a key that it does not find again: one with a NUL in it.
    private static func settings(of table: TOMLTable) -> [(key: String, value: TOMLValue?)] {
        table.keys.sorted().flatMap { name -> [(key: String, value: TOMLValue?)] in
            guard let inner = table[name]?.table else { return [(name, table[name]?.tomlValue)] }
            return inner.keys.sorted().map { ("\(name).\($0)", inner[$0]?.tomlValue) }
        }
    }
}
