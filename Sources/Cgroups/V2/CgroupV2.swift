internal import Glibc
package import OCISpec
internal import SystemPackage

/// Version 2: one directory in the unified hierarchy. Each controller is in a file of its own (`V2Controller`).
package struct CgroupV2: CgroupWithHolder {
    package let place: CgroupPlace
    let directory: CgroupDirectory
    private let root: CgroupDirectory

    init(_ place: CgroupPlace) {
        self.place = place
        // A place has one directory on version 2; without any there is nothing to find.
        self.directory = CgroupDirectory(path: place.directories.first?.path ?? "")
        self.root = CgroupDirectory(path: place.directories.first?.mountPoint ?? "")
    }

    package var entryFiles: [String] { [directory.file("cgroup.procs")] }

    /// A cgroup that enables controllers for those below has no processes itself, and takes none (cgroup-v2.rst, "No
    /// Internal Process Constraint").
    package func entryFiles(beside pid: Int32) -> [String] {
        guard let enabled = try? directory.read("cgroup.subtree_control"), !trimmed(enabled).isEmpty,
            let text = try? readFile("/proc/\(pid)/cgroup").get(), let own = OwnCgroups(text)[""],
            case let path = root.path + own, path.hasPrefix(directory.path + "/")
        else { return entryFiles }
        return [CgroupDirectory(path: path).file("cgroup.procs")]
    }

    package var exists: Bool { directory.exists }

    // MARK: Limits

    @discardableResult
    package func create(_ resources: LinuxResources?) throws(CgroupError) -> [CgroupWarning] {
        try create(resources, heldBy: nil)
    }

    func create(_ resources: LinuxResources?, heldBy holder: Int32?) throws(CgroupError) -> [CgroupWarning] {
        let resources = resources ?? LinuxResources()
        try V2Controllers.refuseWhatIsGone(resources)
        var isMade = false
        do {
            let (isNew, available) = try V2Tree(leaf: directory, root: root).make { _ in isMade = true }
            if !isNew { try takeOver(heldBy: holder) }
            try apply(resources, isNew: isNew, available: available)
            try V2Devices.attach(resources.devices, to: directory)
        } catch {
            guard isMade else { throw error }
            do {
                try remove()
            } catch let second {
                throw error.adding(cleanup: second)
            }
            throw error
        }
        return V2Controllers.warnings(resources)
    }

    @discardableResult
    package func update(_ resources: LinuxResources) throws(CgroupError) -> [CgroupWarning] {
        try V2Controllers.refuseWhatIsGone(resources)
        let available = Set(
            try directory.read("cgroup.controllers").split(whereSeparator: \.isWhitespace).map(String.init))
        try apply(resources, isNew: false, available: available)
        return V2Controllers.warnings(resources)
    }

    private func apply(
        _ resources: LinuxResources, isNew: Bool, available: Set<String>
    ) throws(CgroupError) {
        for controller in V2Controllers.all {
            guard let field = controller.requestedField(in: resources), !available.contains(controller.name)
            else { continue }
            let type = (try? directory.read("cgroup.type")).map { ", which is \"\(trimmed($0))\"" } ?? ""
            throw CgroupError(
                .noController, field: field,
                "the controller \(controller.name) can't be enabled for \(directory.path)\(type)")
        }
        for controller in V2Controllers.all where available.contains(controller.name) {
            try controller.apply(resources, to: directory, isNew: isNew)
        }
        // Last: it may refine what the fields above have set.
        try V2Unified.apply(resources, to: directory, available: available)
    }

    /// A cgroup that was left behind is taken over, but not one that another container lives in.
    private func takeOver(heldBy holder: Int32?) throws(CgroupError) {
        let pids = try processes().filter { $0 != holder }
        if !pids.isEmpty {
            throw CgroupError(
                .inUse, field: "linux.cgroupsPath", "\(directory.path) has processes in it already: \(pids.prefix(5))")
        }
        try directory.removeChildren()
        if try freezerState() != .thawed { try thaw() }
    }

    // MARK: Processes

    package func processes() throws(CgroupError) -> [Int32] { try directory.processes() }

    package func freezerState() throws(CgroupError) -> FreezerState { try V2Freezer.state(of: directory) }

    package func freeze() throws(CgroupError) { try V2Freezer.freeze(directory) }

    package func thaw() throws(CgroupError) { try V2Freezer.thaw(directory) }

    /// SIGKILL by `cgroup.kill` (since Linux 5.14), which catches what is being forked; a frozen process dies of it.
    package func kill(signal: Int32) throws(CgroupError) {
        guard directory.exists else { return }
        if signal == SIGKILL {
            switch directory.attemptWrite("1", to: "cgroup.kill") {
            case nil: return
            case .noSuchFileOrDirectory?, .notSupported?: break
            case .operationNotSupportedByDevice?: return
            case let code?: throw .write("1", to: directory.file("cgroup.kill"), field: nil, code)
            }
        }
        try signalUntilGone(signal, list: processes)
    }

    // MARK: Counters

    package func stats() throws(CgroupError) -> CgroupStats {
        var metrics = V2Metrics()
        for controller in V2Controllers.all { try controller.collect(from: directory, into: &metrics) }
        return .v2(metrics)
    }

    package func oomWatcher() throws(CgroupError) -> OOMWatcher { try OOMWatcher(v2: directory) }

    package func memoryLimit() throws(CgroupError) -> UInt64? {
        try directory.leastLimit("memory.max", upTo: root.path, unlimited: .max)
    }

    // MARK: Removal

    package func remove() throws(CgroupError) {
        var patience = removalPatience
        try directory.removeTree(patience: &patience)
    }
}
