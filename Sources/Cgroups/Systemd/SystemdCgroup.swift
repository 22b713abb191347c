internal import LinuxSystem
internal import OCISpec
internal import Synchronization
internal import SystemPackage

/// A cgroup that is a systemd scope: systemd makes and removes it, in its slice, and knows its limits; all else, and the
/// exact limits, go to the cgroup's files as without systemd.
///
/// The scope is delegated, so systemd leaves what is below it alone. The container's first process enters it by its
/// files, like any cgroup; until then a process of ours holds its place (`ScopeHolder`), which `firstProcessEntered`
/// ends.
final class SystemdCgroup: Cgroup {
    let place: CgroupPlace
    private let unit: String
    private let slice: String
    private let inner: any CgroupWithHolder
    private let manager = SystemdManager()
    /// From `create` until the container's first process is there.
    private let holder = Mutex<ScopeHolder?>(nil)

    init(_ place: CgroupPlace, unit: String, slice: String, inner: any CgroupWithHolder) {
        self.place = place
        self.unit = unit
        self.slice = slice
        self.inner = inner
    }

    // MARK: Limits

    func create(_ resources: LinuxResources?) throws(CgroupError) -> [CgroupWarning] {
        guard SystemdManager.isRunning else {
            throw CgroupError(
                .unsupported, field: "linux.cgroupsPath",
                "\(unit) is to be a systemd unit, and systemd is not running here; "
                    + "leave SystemdCgroup unset and give a plain path")
        }
        let pid: Int32
        do throws(SystemCallError) {
            let made = try ScopeHolder()
            holder.withLock { $0 = made }
            pid = made.pid
        } catch {
            throw CgroupError(.rejected, "no process can be made to hold \(unit)", cause: error)
        }
        do throws(CgroupError) {
            try startScope(around: pid, resources)
            return try inner.create(resources, heldBy: pid)
        } catch {
            do throws(CgroupError) {
                firstProcessEntered()
                // One that another container lives in is not ours to remove.
                if error.code != .inUse { try remove() }
            } catch let second {
                throw error.adding(cleanup: second)
            }
            throw error
        }
    }

    private func startScope(around pid: Int32, _ resources: LinuxResources?) throws(CgroupError) {
        let limits = try SystemdProperties.limits(resources ?? LinuxResources(), version: place.version)
        var properties = [
            SystemdProperty(name: "Description", value: .text("Martlet container \(unit)")),
            SystemdProperty(name: "Slice", value: .text(slice)),
            SystemdProperty(name: "PIDs", value: .process(pid)),
            SystemdProperty(name: "Delegate", value: .flag(true)),
            SystemdProperty(name: "DefaultDependencies", value: .flag(false)),
            SystemdProperty(name: "CollectMode", value: .text("inactive-or-failed")),
        ]
        properties += ["CPUAccounting", "MemoryAccounting", "TasksAccounting", "IOAccounting"].map {
            SystemdProperty(name: $0, value: .flag(true))
        }
        if !limits.contains(where: { $0.name == "TasksMax" }) {
            // Else it would be systemd's default.
            properties.append(SystemdProperty(name: "TasksMax", value: .number(.max)))
        }
        let drivers = (try? readFile("/proc/devices").get()) ?? ""
        properties += limits
        properties += try SystemdProperties.devices(resources?.devices) { deviceGroup($0, $1, in: drivers) }
        do throws(SystemdManager.Failure) {
            try manager.start(unit, properties)
        } catch {
            guard error.isUnitExists else { throw failure("started", error) }
            try startAgain(around: pid, properties)
        }
    }

    /// The unit is there: ours, when the answer to the first call was lost; else left behind.
    private func startAgain(around pid: Int32, _ properties: [SystemdProperty]) throws(CgroupError) {
        let inside = inner.exists ? try inner.processes() : []
        if inside.contains(pid) { return }
        if !inside.isEmpty {
            throw CgroupError(
                .inUse, field: "linux.cgroupsPath", "\(unit) has processes in it already: \(inside.prefix(5))")
        }
        do throws(SystemdManager.Failure) {
            try manager.remove(unit)
            try manager.start(unit, properties)
        } catch { throw failure("started", error) }
    }

    func firstProcessEntered() {
        holder.withLock { $0.take() }?.end()
    }

    func update(_ resources: LinuxResources) throws(CgroupError) -> [CgroupWarning] {
        let limits = try SystemdProperties.limits(resources, version: place.version)
        if !limits.isEmpty {
            do throws(SystemdManager.Failure) {
                try manager.set(unit, limits)
            } catch { throw failure("changed", error) }
        }
        return try inner.update(resources)
    }

    private func failure(_ done: String, _ error: SystemdManager.Failure) -> CgroupError {
        CgroupError(
            error.code == .timedOut ? .timedOut : .rejected, field: "linux.cgroupsPath",
            "systemd unit \(unit) can't be \(done)",
            cause: SystemCallError("sd-bus", error.message.isEmpty ? nil : error.message, errno: error.code))
    }

    func remove() throws(CgroupError) {
        firstProcessEntered()
        if SystemdManager.isRunning {
            do throws(SystemdManager.Failure) {
                try manager.remove(unit)
            } catch { throw failure("removed", error) }
        }
        try inner.remove()
    }

    // MARK: As without systemd

    var entryFiles: [String] { inner.entryFiles }
    func entryFiles(beside pid: Int32) -> [String] { inner.entryFiles(beside: pid) }
    var exists: Bool { inner.exists }
    func freeze() throws(CgroupError) { try inner.freeze() }
    func thaw() throws(CgroupError) { try inner.thaw() }
    func freezerState() throws(CgroupError) -> FreezerState { try inner.freezerState() }
    func processes() throws(CgroupError) -> [Int32] { try inner.processes() }
    func kill(signal: Int32) throws(CgroupError) { try inner.kill(signal: signal) }
    func stats() throws(CgroupError) -> CgroupStats { try inner.stats() }
    func oomWatcher() throws(CgroupError) -> OOMWatcher { try inner.oomWatcher() }
    func memoryLimit() throws(CgroupError) -> UInt64? { try inner.memoryLimit() }
}

/// A cgroup that can be made where one process, which is to be ignored, is already.
protocol CgroupWithHolder: Cgroup {
    func create(_ resources: LinuxResources?, heldBy holder: Int32?) throws(CgroupError) -> [CgroupWarning]
}
