package import ArgumentParser
internal import LinuxSystem
internal import OCIRuntime
internal import OCISpec
internal import ShimCommand

/// For people, or for programs.
package enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case table, json
}

/// `martlet state`
package struct StateCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "state", abstract: "Tell a container's state, as JSON.",
        discussion: """
            EXAMPLES
              martlet state hello
            """)

    @ParentCommand var martlet: MartletCommand

    @Argument(help: "The container.", completion: .ids)
    package var id: String

    package init() {}

    package func run() throws {
        try martlet.global.withRuntime { try printJSON($0.summary(id)) }
    }
}

/// `martlet list`
package struct ListCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the containers that this runtime made.",
        discussion: """
            Those of containerd are not among them: ctr tasks list, or crictl ps.

            EXAMPLES
              martlet list
              martlet list --format json
            """)

    @ParentCommand var martlet: MartletCommand

    @Option(name: .shortAndLong, help: "table or json.")
    package var format = OutputFormat.table

    @Flag(name: .shortAndLong, help: "Only the ids.")
    package var quiet = false

    package init() {}

    package func run() throws {
        try martlet.global.withRuntime { runtime in
            let found = runtime.list()
            if quiet { return found.forEach { print($0.id) } }
            if format == .json { return try printJSON(found) }
            let rows = found.map { [$0.id, "\($0.pid)", $0.status.rawValue, $0.bundle, $0.created, $0.owner] }
            print(table([["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]] + rows))
        }
    }
}

/// `martlet ps`
package struct PsCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "ps", abstract: "List a container's processes, or the containers of this node.",
        discussion: """
            With a container's id it is runc's command. Without one it lists the containers of containerd under Martlet's \
            shims, and those of martlet list: what each runs, its state, how often the kubelet has restarted it, the \
            processor time that it had, the memory that its cgroup is charged, and of servers the requests that they have \
            answered. A shim that does not answer is told of.

            EXAMPLES
              martlet ps
              martlet ps --all-shims
              martlet ps hello
              martlet ps --format json hello
            """)

    @ParentCommand var martlet: MartletCommand

    @Option(name: .shortAndLong, help: "table or json; json lists the pids.")
    package var format = OutputFormat.table

    @Flag(help: "Without an id: also containers of other shims.")
    package var allShims = false

    @Option(help: ArgumentHelp("Where containerd keeps its state.", valueName: "folder"))
    package var containerdState = ShimEndpoint.containerdState

    @Argument(help: "The container; all if none is named.", completion: .ids)
    package var id: String?

    package init() {}

    package func run() throws {
        try martlet.global.withRuntime { runtime in
            guard let id else {
                let found = try NodeContainers(containerdState: containerdState, allShims: allShims).sample(runtime)
                return format == .json ? try printJSON(found) : print(table(found.table(allShims: allShims)))
            }
            let pids = try runtime.container(id).processes()
            if format == .json { return try printJSON(pids) }
            print(table([["PID", "PPID", "USER", "COMMAND"]] + pids.compactMap(Self.row)))
        }
    }

    /// - Returns: nil for one that has gone.
    private static func row(_ pid: Int32) -> [String]? {
        guard let status = try? readText("/proc/\(pid)/status"), let words = try? readText("/proc/\(pid)/cmdline")
        else { return nil }
        func field(_ name: String) -> String {
            let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
            return line?.dropFirst(name.count + 1).split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        }
        let command = words.split(separator: "\0").joined(separator: " ")
        return ["\(pid)", field("PPid"), field("Uid"), command.isEmpty ? "[\(field("Name"))]" : command]
    }
}

/// `martlet features`
package struct FeaturesCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "features", abstract: "Tell what of the OCI runtime specification is there, as JSON.",
        discussion: """
            EXAMPLES
              martlet features
            """)

    package init() {}

    package func run() throws { try printJSON(RuntimeFeatures()) }
}
