internal import Glibc
package import OCISpec

/// Version 1: a directory in each mounted hierarchy. Each controller is in a file of its own (`V1Controller`).
package struct CgroupV1: CgroupWithHolder {
    package let place: CgroupPlace

    init(_ place: CgroupPlace) {
        self.place = place
    }

    /// `tasks`, which moves a thread: a process of one thread is moved whole, and the kernel need not wait until no
    /// process of the node is in a fork or an exit, as it must for `cgroup.procs` (measured: 0.1 ms instead of 5 to 20
    /// when no cgroup was entered for a while).
    package var entryFiles: [String] { place.directories.map { "\($0.path)/tasks" } }

    package var exists: Bool { place.directories.contains { CgroupDirectory(path: $0.path).exists } }

    func directory(of controller: String) -> CgroupDirectory? {
        place.directories.first { $0.controllers.contains(controller) }.map { CgroupDirectory(path: $0.path) }
    }

    private func requiredDirectory(of controller: String, to purpose: String) throws(CgroupError) -> CgroupDirectory {
        guard let directory = directory(of: controller) else {
            throw CgroupError(
                .noController, "no \(controller) controller is mounted, so the container can't be \(purpose)")
        }
        return directory
    }

    // MARK: Limits

    @discardableResult
    package func create(_ resources: LinuxResources?) throws(CgroupError) -> [CgroupWarning] {
        try create(resources, heldBy: nil)
    }

    func create(_ resources: LinuxResources?, heldBy holder: Int32?) throws(CgroupError) -> [CgroupWarning] {
        let resources = resources ?? LinuxResources()
        try refuseWhatIsNotMounted(resources)
        var made: [CgroupDirectory] = []
        do {
            let isNew = try makeDirectories(resources, heldBy: holder, made: &made)
            for (index, entry) in place.directories.enumerated() {
                let directory = CgroupDirectory(path: entry.path)
                for controller in V1Controllers.of(entry) {
                    try controller.apply(resources, to: directory, isNew: isNew[index])
                }
                if entry.controllers.contains("devices") {
                    try V1Devices.setList(resources.devices, in: directory, isNew: isNew[index])
                }
            }
        } catch {
            var failure = error
            var patience = removalPatience
            for directory in made {
                do {
                    try directory.removeTree(patience: &patience)
                } catch {
                    failure = failure.adding(cleanup: error)
                }
            }
            throw failure
        }
        return kernelMemoryWarnings(resources)
    }

    /// Answers, for each directory, whether it is new.
    private func makeDirectories(
        _ resources: LinuxResources, heldBy holder: Int32?, made: inout [CgroupDirectory]
    ) throws(CgroupError) -> [Bool] {
        var isNew: [Bool] = []
        for entry in place.directories {
            let directory = CgroupDirectory(path: entry.path)
            let isCpuset = entry.controllers.contains("cpuset")
            let new = try directory.makeWithParents { parent throws(CgroupError) in
                if isCpuset { try V1Cpuset.inherit(parent, mountPoint: entry.mountPoint) }
            }
            if new { made.append(directory) }
            isNew.append(new)
            if isCpuset { try V1Cpuset.inherit(directory, mountPoint: entry.mountPoint, except: resources) }
        }
        if isNew.contains(false) { try takeOver(heldBy: holder) }
        return isNew
    }

    /// A cgroup that was left behind is taken over, but not one that another container lives in.
    private func takeOver(heldBy holder: Int32?) throws(CgroupError) {
        let pids = try processes().filter { $0 != holder }
        if !pids.isEmpty {
            let path = place.directories.first?.path ?? ""
            throw CgroupError(
                .inUse, field: "linux.cgroupsPath", "\(path) has processes in it already: \(pids.prefix(5))")
        }
        // The list of devices can't be changed where there are cgroups below.
        for entry in place.directories { try CgroupDirectory(path: entry.path).removeChildren() }
        if directory(of: "freezer") != nil, try freezerState() != .thawed { try thaw() }
    }

    private func refuseWhatIsNotMounted(_ resources: LinuxResources) throws(CgroupError) {
        if resources.unified?.isEmpty == false {
            throw CgroupError(
                .unsupported, field: "linux.resources.unified",
                "this node has cgroup version 1; the field is for version 2")
        }
        for controller in V1Controllers.all {
            guard let field = controller.requestedField(in: resources), directory(of: controller.name) == nil
            else { continue }
            throw CgroupError(.noController, field: field, "this node has no \(controller.name) controller mounted")
        }
    }

    @discardableResult
    package func update(_ resources: LinuxResources) throws(CgroupError) -> [CgroupWarning] {
        try refuseWhatIsNotMounted(resources)
        for entry in place.directories {
            for controller in V1Controllers.of(entry) {
                try controller.apply(resources, to: CgroupDirectory(path: entry.path), isNew: false)
            }
        }
        return kernelMemoryWarnings(resources)
    }

    // MARK: Processes

    package func processes() throws(CgroupError) -> [Int32] {
        // Any hierarchy would do; this one is always there.
        try requiredDirectory(of: "devices", to: "listed").processes()
    }

    package func freezerState() throws(CgroupError) -> FreezerState {
        try V1Freezer.state(of: try requiredDirectory(of: "freezer", to: "paused"))
    }

    package func freeze() throws(CgroupError) {
        try V1Freezer.freeze(try requiredDirectory(of: "freezer", to: "paused"))
    }

    package func thaw() throws(CgroupError) {
        try V1Freezer.thaw(try requiredDirectory(of: "freezer", to: "resumed"))
    }

    /// Frozen while the signals go out, so that no process can be made meanwhile. Without a freezer the list is gone
    /// through until it stays empty, for SIGKILL.
    package func kill(signal: Int32) throws(CgroupError) {
        if try processes().isEmpty { return }
        guard let freezer = directory(of: "freezer"), freezer.exists else {
            return try signalUntilGone(signal, list: processes)
        }
        let wasFrozen = try V1Freezer.state(of: freezer) != .thawed
        var isFrozen = wasFrozen
        if !wasFrozen {
            do {
                try V1Freezer.freeze(freezer)
                isFrozen = true
            } catch  where error.code == .timedOut {
                isFrozen = false
            }
        }
        do {
            if isFrozen {
                try signalProcesses(signal, list: processes)
            } else {
                try signalUntilGone(signal, list: processes)
            }
        } catch {
            if isFrozen, !wasFrozen { try? V1Freezer.thaw(freezer) }
            throw error
        }
        // A frozen process dies of SIGKILL only once it runs.
        if isFrozen, !wasFrozen || signal == SIGKILL { try V1Freezer.thaw(freezer) }
    }

    // MARK: Counters

    package func stats() throws(CgroupError) -> CgroupStats {
        var metrics = V1Metrics()
        for entry in place.directories {
            for controller in V1Controllers.of(entry) {
                try controller.collect(from: CgroupDirectory(path: entry.path), into: &metrics)
            }
        }
        metrics.blkio.nameDevices { blockDeviceNames() }
        return .v1(metrics)
    }

    package func oomWatcher() throws(CgroupError) -> OOMWatcher {
        try OOMWatcher(v1: try requiredDirectory(of: "memory", to: "watched"))
    }

    package func memoryLimit() throws(CgroupError) -> UInt64? {
        guard let entry = place.directories.first(where: { $0.controllers.contains("memory") }) else { return nil }
        // Without a limit the kernel prints the largest number of whole pages.
        return try CgroupDirectory(path: entry.path)
            .leastLimit("memory.limit_in_bytes", upTo: entry.mountPoint, unlimited: UInt64(Int64.max) & ~0xffff)
    }

    // MARK: Removal

    package func remove() throws(CgroupError) {
        var failure: CgroupError?
        var patience = removalPatience
        for entry in place.directories {
            do {
                try CgroupDirectory(path: entry.path).removeTree(patience: &patience)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }
}
