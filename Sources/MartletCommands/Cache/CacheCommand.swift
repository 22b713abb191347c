package import ArgumentParser
internal import EngineProtocol
internal import Glibc
internal import OCIRuntime
internal import ShimService

/// `martlet cache`
package struct CacheCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "cache", abstract: "Look after the node's compiled modules.",
        discussion: """
            EXAMPLES
              martlet cache list
              martlet cache add app.wasm image.tar
              martlet cache remove 3f2a77c0
              martlet cache prune --max-size 500MiB
              martlet cache verify
            """,
        subcommands: [
            CacheListCommand.self, CacheAddCommand.self, CacheRemoveCommand.self, CachePruneCommand.self,
            CacheVerifyCommand.self,
        ])

    package init() {}

    /// As the configuration file has it.
    static func folder() throws -> CacheFolder {
        CacheFolder(path: try ConfigurationReader.read().engine.cacheDirectory)
    }

    /// - Throws: `RuntimeError` for a user who can't change what is in the cache.
    static func requireRoot() throws(RuntimeError) {
        guard geteuid() == 0 else {
            throw RuntimeError(
                .unavailable, "the cache is root's alone, and this is user \(geteuid())", remedy: "run it with sudo")
        }
    }
}

/// `martlet cache list`
package struct CacheListCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the compiled modules, what was used last first.",
        discussion: """
            EXAMPLES
              martlet cache list
              martlet cache list --format json
            """)

    @Option(name: .shortAndLong, help: "table or json.")
    package var format = OutputFormat.table

    package init() {}

    package func run() throws {
        let found = try CacheCommand.folder().artifacts()
        if format == .json { return try printJSON(found) }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let rows = found.map { artifact in
            [
                String(artifact.digest.prefix(12)), artifact.kind,
                ModuleInspection.size(UInt64(max(0, artifact.size))),
                "\(max(0, Int64(now.tv_sec) - artifact.lastUsed) / 3600) h ago", artifact.configuration,
            ]
        }
        print(table([["MODULE", "KIND", "SIZE", "USED", "ENGINE"]] + rows))
    }
}

/// `martlet cache remove`
package struct CacheRemoveCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove compiled modules; their next container compiles them again.",
        discussion: """
            What containers have mapped stays with them.

            EXAMPLES
              martlet cache remove 3f2a77c0
            """)

    @Argument(help: "How the modules' digests begin, at least four digits each.")
    package var digests: [String]

    package init() {}

    package func validate() throws {
        for digest in digests where digest.count < 4 || !digest.allSatisfy(\.isHexDigit) {
            throw ValidationError(
                "found \(digest); expected four hexadecimal digits or more, as martlet cache list shows")
        }
    }

    package func run() throws {
        try CacheCommand.requireRoot()
        let folder = try CacheCommand.folder()
        let all = try folder.artifacts()
        for digest in digests {
            let chosen = all.filter { $0.digest.hasPrefix(digest.lowercased()) }
            guard let first = chosen.first else {
                throw RuntimeError(
                    .notFound, "no module's digest begins with \(digest)", remedy: "see martlet cache list")
            }
            guard chosen.allSatisfy({ $0.digest == first.digest }) else {
                throw RuntimeError(
                    .invalidArgument, "several digests begin with \(digest)", remedy: "name more digits")
            }
            for artifact in chosen { try folder.remove(artifact) }
        }
    }
}

/// `martlet cache prune`
package struct CachePruneCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Remove what was not used for longest, until the rest fits.",
        discussion: """
            EXAMPLES
              martlet cache prune
              martlet cache prune --max-size 500MiB
              martlet cache prune --all
            """)

    @Option(help: "What may stay; as the configuration has it if nothing is said.")
    package var maxSize: ByteCount?

    @Flag(help: "Remove everything.")
    package var all = false

    package init() {}

    package func run() throws {
        try CacheCommand.requireRoot()
        let folder = try CacheCommand.folder()
        let limit = all ? 0 : try maxSize?.bytes ?? Int64(clamping: ConfigurationReader.read().engine.cacheLimit)
        let excess = CacheFolder.excess(of: try folder.artifacts(), beyond: max(0, limit))
        for artifact in excess { try folder.remove(artifact) }
        let bytes = UInt64(max(0, excess.reduce(0) { $0 + $1.size }))
        print("ok: removed \(excess.count), \(ModuleInspection.size(bytes))")
    }
}
