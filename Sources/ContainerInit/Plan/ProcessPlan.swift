package import LinuxSystem
package import OCISpec

/// What a process of a container is to be: the same for the first one and those of exec.
package struct ProcessPlan: Sendable {
    package let arguments: [String]
    package let environment: [String]
    /// Absolute, inside the container.
    package let workingDirectory: String
    package let user: User
    package let capabilities: CapabilityPlan
    package let limits: [LimitPlan]
    package let noNewPrivileges: Bool
    package let labels: LabelPlan
    package let oomScoreAdjustment: Int?
    package let scheduling: SchedulingAttributes?
    package let ioPriority: IOPriorityValue?
    /// Whether it gets a pseudo-terminal.
    package let terminal: Bool
    package let consoleSize: ConsoleSize?
    /// What the specification asks for and is passed over; a sentence each.
    package let warnings: [String]

    /// A limit of getrlimit(2).
    package struct LimitPlan: Sendable {
        package let resource: LimitedResource
        package let soft: UInt64
        package let hard: UInt64
        package let field: String
    }

    /// - Parameter node: what the node's kernel has.
    package init(_ process: Process, node: NodeFacts) throws(SpecError) {
        arguments = process.args ?? []
        guard !arguments.isEmpty else {
            throw SpecError(.missing, field: "process.args", "expected at least the name of what to run")
        }
        environment = process.env ?? []
        for (index, entry) in environment.enumerated() where !entry.contains("=") || entry.contains("\0") {
            throw SpecError(.invalid, field: "process.env[\(index)]", "found \"\(entry)\"; expected NAME=value")
        }
        for (index, argument) in arguments.enumerated() where argument.contains("\0") {
            throw SpecError(.invalid, field: "process.args[\(index)]", "an argument may not hold a NUL")
        }
        guard process.cwd.hasPrefix("/") else {
            throw SpecError(.invalid, field: "process.cwd", "found \"\(process.cwd)\"; expected an absolute path")
        }
        workingDirectory = process.cwd
        user = process.user ?? User(uid: 0, gid: 0)
        if let umask = user.umask, umask > 0o777 {
            throw SpecError(.invalid, field: "process.user.umask", "found \(umask); expected at most 511 (0777)")
        }
        var warnings: [String] = []
        capabilities = CapabilityPlan(process.capabilities ?? Capabilities(), warnings: &warnings)
        limits = try Self.limits(process.rlimits ?? [])
        noNewPrivileges = process.noNewPrivileges ?? false
        labels = try LabelPlan(process, node: node)
        if let adjustment = process.oomScoreAdj, !(-1000...1000).contains(adjustment) {
            throw SpecError(.invalid, field: "process.oomScoreAdj", "found \(adjustment); expected -1000 to 1000")
        }
        oomScoreAdjustment = process.oomScoreAdj
        scheduling = try process.scheduler.map { value throws(SpecError) in try SchedulingAttributes(value) }
        ioPriority = try process.ioPriority.map { value throws(SpecError) in try IOPriorityValue(value) }
        terminal = process.terminal ?? false
        consoleSize = process.consoleSize
        self.warnings = warnings
    }

    private static func limits(_ limits: [ResourceLimit]) throws(SpecError) -> [LimitPlan] {
        var plans: [LimitPlan] = []
        for (index, limit) in limits.enumerated() {
            let field = "process.rlimits[\(index)]"
            guard let resource = LimitedResource(name: limit.type) else {
                throw SpecError(
                    .invalid, field: "\(field).type", "found \"\(limit.type)\"; expected a name such as RLIMIT_NOFILE")
            }
            guard !plans.contains(where: { $0.resource == resource }) else {
                throw SpecError(.invalid, field: "\(field).type", "a second limit of \(limit.type)")
            }
            guard limit.soft <= limit.hard else {
                throw SpecError(
                    .invalid, field: "\(field).soft", "found \(limit.soft); expected at most hard, \(limit.hard)")
            }
            plans.append(
                LimitPlan(resource: resource, soft: limit.soft, hard: limit.hard, field: "\(field) (\(limit.type))"))
        }
        return plans
    }
}

/// The five sets of capabilities(7).
package struct CapabilityPlan: Hashable, Sendable {
    package let bounding: CapabilitySet
    package let effective: CapabilitySet
    package let inheritable: CapabilitySet
    package let permitted: CapabilitySet
    package let ambient: CapabilitySet

    /// Names that no kernel knows are passed over with a warning, as the specification has it (config.md,
    /// "Linux Process").
    init(_ capabilities: Capabilities, warnings: inout [String]) {
        func read(_ names: [String]?, _ field: String) -> CapabilitySet {
            var set: CapabilitySet = []
            for name in names ?? [] {
                if let one = CapabilitySet(name: name) {
                    set.formUnion(one)
                } else {
                    warnings.append("process.capabilities.\(field): no such capability: \"\(name)\"; passed over")
                }
            }
            return set
        }
        bounding = read(capabilities.bounding, "bounding")
        effective = read(capabilities.effective, "effective")
        inheritable = read(capabilities.inheritable, "inheritable")
        permitted = read(capabilities.permitted, "permitted")
        ambient = read(capabilities.ambient, "ambient")
    }

    /// The effective and the permitted set that execve(2) of a file without capabilities leaves to a process that has
    /// these sets and no_new_privs (capabilities(7), "Transformation of capabilities during execve()").
    ///
    /// - Parameter root: whether the process's user is 0.
    package func afterExecution(asRoot root: Bool) -> (effective: CapabilitySet, permitted: CapabilitySet) {
        guard root else { return (ambient, ambient) }
        let left = permitted.intersection(inheritable.union(bounding).union(ambient))
        return (left, left)
    }
}
