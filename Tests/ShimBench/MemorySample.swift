/// The memory of one process of a pod, in kB (proc_pid_smaps(5), smaps_rollup).
package struct MemorySample: Codable, Hashable, Sendable {
    /// What the process is in its pod.
    package enum Role: String, Codable, Hashable, Sendable, CaseIterable {
        case shim
        /// What the shim has beside the container: the engine that containers are forked from.
        case engine
        /// What holds the pod's namespaces.
        case sandbox
        /// The container's processes.
        case container
    }

    package var role: Role
    package var pid: Int32
    /// The program's name (proc_pid_comm(5)).
    package var name: String
    /// Resident: private pages and shared ones.
    package var rss: Int
    /// Proportional: each shared page divided by the processes that have it.
    package var pss: Int
    /// Unique: private pages, clean and dirty.
    package var uss: Int
    /// Resident pages that other processes have too.
    package var shared: Int { rss - uss }

    /// Reads the text of a smaps_rollup; nil if a field is missing.
    package init?(rollup: String, role: Role, pid: Int32, name: String) {
        var fields: [Substring: Int] = [:]
        for line in rollup.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, words[2] == "kB", let value = Int(words[1]) else { continue }
            fields[words[0].dropLast()] = value
        }
        guard let rss = fields["Rss"], let pss = fields["Pss"], let clean = fields["Private_Clean"],
            let dirty = fields["Private_Dirty"]
        else { return nil }
        self.role = role
        self.pid = pid
        self.name = name
        self.rss = rss
        self.pss = pss
        uss = clean + dirty + (fields["Private_Hugetlb"] ?? 0)
    }
}

/// The processes of one pod.
package struct PodMemory: Codable, Hashable, Sendable {
    /// The container.
    package var id: String
    package var processes: [MemorySample]

    package init(id: String, processes: [MemorySample]) {
        self.id = id
        self.processes = processes
    }

    /// The sum over the processes of a role, or of all; nil if there is none.
    package func sum(_ value: KeyPath<MemorySample, Int>, of role: MemorySample.Role? = nil) -> Int? {
        let chosen = processes.filter { role == nil || $0.role == role }
        return chosen.isEmpty ? nil : chosen.reduce(0) { $0 + $1[keyPath: value] }
    }
}
