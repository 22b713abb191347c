/// Everything that was measured, and what it comes to.
package struct Report: Codable, Sendable {
    /// One contender's samples.
    package struct Samples: Codable, Sendable {
        package var name: String
        /// Through a client of the shim.
        package var calls: [CallSample] = []
        /// `ctr run --rm` as a whole, ms.
        package var commands: [Double] = []
        /// Idle pods of a container alone.
        package var pods: [PodMemory] = []
        /// Idle pods of a sandbox and a container.
        package var sandboxedPods: [PodMemory] = []
        /// Pause containers.
        package var pauses: [SandboxSample] = []
        /// Sandboxes without a pause container.
        package var sandboxes: [SandboxSample] = []

        package init(name: String) {
            self.name = name
        }
    }

    package var machine: Machine
    /// Runs that were not counted, of each contender.
    package var warmUps: Int
    /// In the plan's order; the first is what the others are compared with.
    package var contenders: [Samples]
    /// Milliseconds: calls of the shim.
    package var calls: [Comparison]
    /// Milliseconds: whole commands.
    package var commands: [Comparison]
    /// kB, of idle pods.
    package var memory: [Comparison]
    /// kB, of idle pods with a sandbox, as Kubernetes makes them: PSS.
    package var sandboxedMemory: [Comparison]
    /// Milliseconds: what holds a pod's namespaces.
    package var sandboxTimes: [Comparison]
    /// kB: the PSS of its process.
    package var sandboxMemory: [Comparison]

    package init(machine: Machine, warmUps: Int, contenders: [Samples]) {
        self.machine = machine
        self.warmUps = warmUps
        self.contenders = contenders
        let rows: [(String, KeyPath<CallSample, Double>, Double?)] = [
            ("start command", \.startCommand, nil), ("connect", \.connect, nil), ("Create", \.create, nil),
            ("Start", \.start, nil), ("Create + Start", \.createAndStart, 0.20),
            ("first output, from Create", \.firstOutputFromCreate, 0.20),
            ("first output, from Start", \.firstOutputFromStart, nil), ("Delete", \.delete, 0.30),
            ("total, Create to Delete", \.total, nil),
        ]
        calls = rows.map { name, path, bar in
            Comparison(name, contenders.map { $0.calls.map { $0[keyPath: path] } }, bar: bar)
        }
        commands = [Comparison("ctr run --rm", contenders.map(\.commands), bar: 0.70)]
        memory = Self.memory(contenders)
        sandboxedMemory = (MemorySample.Role.allCases + [nil]).map { role in
            Comparison(
                "\(role?.rawValue ?? "pod"), PSS",
                contenders.map { $0.sandboxedPods.compactMap { $0.sum(\.pss, of: role).map(Double.init) } })
        }
        // Both are compared with the first contender's pause container.
        let pauses = contenders.map(\.pauses)
        let sandboxes = pauses.prefix(1) + contenders.dropFirst().map(\.sandboxes)
        func compare(_ value: (SandboxSample) -> Double) -> [Comparison] {
            [
                Comparison("with a pause container", pauses.map { $0.map(value) }),
                Comparison("by the sandbox API", sandboxes.map { $0.map(value) }),
            ]
        }
        sandboxTimes = compare(\.milliseconds)
        sandboxMemory = compare { Double($0.pss) }
    }

    private static func memory(_ contenders: [Samples]) -> [Comparison] {
        let values: [(String, KeyPath<MemorySample, Int>)] = [("PSS", \.pss), ("USS", \.uss), ("RSS", \.rss)]
        let roles: [MemorySample.Role?] = MemorySample.Role.allCases + [nil]
        let byRole = roles.flatMap { role in
            values.map { value, path in
                Comparison(
                    "\(role?.rawValue ?? "pod"), \(value)",
                    contenders.map { $0.pods.compactMap { $0.sum(path, of: role).map(Double.init) } },
                    limit: role == .container && value == "PSS" ? 1500 : nil)
            }
        }
        // What was promised: the whole pod against the first contender's shim alone.
        let base = (contenders.first?.pods ?? []).compactMap { $0.sum(\.pss, of: .shim).map(Double.init) }
        let others = contenders.dropFirst().map { $0.pods.compactMap { $0.sum(\.pss).map(Double.init) } }
        return byRole + [Comparison("pod to \(contenders.first?.name ?? "") shim, PSS", [base] + others, bar: 1.2)]
    }
}
