internal import FoundationEssentials

/// What is to be measured, as hack/bench writes it: a JSON file.
package struct Plan: Codable, Sendable {
    /// A runtime that takes part.
    package struct Contender: Codable, Sendable {
        /// What it is called in the results.
        package var name: String
        /// The shim's program.
        package var shim: String
        /// containerd's name of the runtime, for `ctr run`.
        package var runtime: String
        /// The folder that is the lower layer of a container's root filesystem.
        package var rootfs: String
        /// The same as an image in containerd.
        package var image: String
        /// The entrypoint of the short container; it has to print `output` first and end with 0.
        package var arguments: [String]
        /// The beginning of its output.
        package var output: String
        /// The entrypoint of a container that sleeps for an hour.
        package var idleArguments: [String]
        /// Whether its shim can hold a pod's namespaces without a container for that.
        package var hasSandboxAPI: Bool
    }

    /// What holds a pod's namespaces, as Kubernetes has it in every pod; the same for all contenders.
    package struct Sandbox: Codable, Sendable {
        /// The folder that is the lower layer of its root filesystem.
        package var rootfs: String
        /// The same as an image in containerd.
        package var image: String
        package var arguments: [String]
    }

    /// A folder of this run's own, for bundles and sockets; what it held before stays.
    package var folder: String
    /// containerd's socket, which shims are told and `ctr` uses.
    package var address: String
    /// containerd's namespace, also the parent of the containers' cgroups; of this run's own.
    package var namespace: String
    /// How often each contender is measured, and how often it runs before without being counted.
    package var runs: Int
    package var warmUps: Int
    /// Containers that sleep while memory is read; 0 leaves memory out.
    package var idle: Int
    /// Without it, the memory of pods that have one is left out.
    package var sandbox: Sandbox?
    /// The first is what the others are compared with.
    package var contenders: [Contender]
    /// Versions of the programs, by name, for the report.
    package var versions: [String: String]

    /// One run of one contender.
    package struct Turn: Hashable, Sendable {
        /// Its place in `contenders`.
        package var contender: Int
        /// The container.
        package var id: String
        /// Whether it is more than a warm-up.
        package var counts: Bool
    }

    /// All runs in their order: the contenders one after the other, again and again, so that what disturbs the machine
    /// disturbs all of them.
    package var turns: [Turn] {
        (0..<warmUps + runs).flatMap { run in
            contenders.indices.map { index in
                Turn(contender: index, id: "\(contenders[index].name)-\(run)", counts: run >= warmUps)
            }
        }
    }

    /// Reads and checks a plan. Throws `BenchError` `.invalidPlan`, which names the field.
    package static func read(_ path: String) throws -> Plan {
        let plan: Plan
        do {
            plan = try JSONDecoder().decode(Plan.self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw BenchError(.invalidPlan, "the plan \(path) is not as it should be", cause: error)
        }
        try plan.check()
        return plan
    }

    /// Throws `BenchError` `.invalidPlan` for numbers and names that make no sense.
    package func check() throws {
        for (name, value, least) in [("runs", runs, 1), ("warmUps", warmUps, 0), ("idle", idle, 0)] {
            guard value >= least else {
                throw BenchError(.invalidPlan, "'\(name)' of the plan is \(value); it has to be \(least) or more")
            }
        }
        guard !contenders.isEmpty else { throw BenchError(.invalidPlan, "'contenders' of the plan is empty") }
        guard Set(contenders.map(\.name)).count == contenders.count else {
            throw BenchError(.invalidPlan, "two 'contenders' of the plan have one name")
        }
        // The namespace is a folder's name in the cgroup file systems, which are swept at the end.
        guard !namespace.isEmpty, !namespace.contains("/"), !namespace.hasPrefix(".") else {
            throw BenchError(.invalidPlan, "'namespace' of the plan is '\(namespace)'; it has to be a plain name")
        }
        for (name, path) in [("folder", folder), ("address", address)] where !path.hasPrefix("/") {
            throw BenchError(.invalidPlan, "'\(name)' of the plan is '\(path)'; it has to be an absolute path")
        }
    }
}
