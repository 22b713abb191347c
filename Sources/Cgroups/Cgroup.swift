package import OCISpec

/// A container's cgroup, of version 1 (a directory in each of several hierarchies) or version 2 (one directory).
///
/// Everything here is synchronous and may wait for the kernel a little; nothing is kept open and nothing is cached,
/// so a value may be used from any thread and made anew at will. Errors name the file, the value and the errno, and
/// the field of the specification that asked.
package protocol Cgroup: Sendable {
    var place: CgroupPlace { get }

    /// The files that a process of one thread writes "0" to, in order, to enter (absolute paths).
    var entryFiles: [String] { get }

    /// The same for a process that joins the container later, beside one that is in it: that one's cgroup, where the
    /// container has made cgroups of its own in this one.
    func entryFiles(beside pid: Int32) -> [String]

    /// Whether any of its directories is there.
    var exists: Bool { get }

    /// Makes it and sets its limits; the list of devices applies even without `resources`.
    ///
    /// What was made is removed when it fails. Parents that are missing are made and stay, as with runc: other
    /// containers may be in them.
    /// - Throws: `inUse` when it exists and has processes; one that is empty is taken over.
    @discardableResult
    func create(_ resources: LinuxResources?) throws(CgroupError) -> [CgroupWarning]

    /// To be called once the container's first process is in it: what stood in for that ends.
    func firstProcessEntered()

    /// Changes the limits that `resources` names; devices are left as they are. What was set before a failure stays.
    @discardableResult
    func update(_ resources: LinuxResources) throws(CgroupError) -> [CgroupWarning]

    /// Stops all its processes, and answers when they have stopped.
    /// - Throws: `timedOut`, with everything running again.
    func freeze() throws(CgroupError)

    /// Lets them run again. Nothing happens to a cgroup that is not frozen.
    func thaw() throws(CgroupError)

    func freezerState() throws(CgroupError) -> FreezerState

    /// All processes in it and in the cgroups below it; none when it is gone.
    func processes() throws(CgroupError) -> [Int32]

    /// Sends a signal to every process. SIGKILL also thaws; it does not wait for the processes to be reaped.
    func kill(signal: Int32) throws(CgroupError)

    /// What the container used, as containerd's metrics messages tell it.
    func stats() throws(CgroupError) -> CgroupStats

    /// Begins to watch for processes being killed for want of memory.
    func oomWatcher() throws(CgroupError) -> OOMWatcher

    /// Bytes: the least of its own memory limit and those above it; nil when there is none.
    func memoryLimit() throws(CgroupError) -> UInt64?

    /// Removes it and the cgroups below it; nothing happens when it is gone. Waits a little for processes to end.
    /// - Throws: `inUse` with the processes that are still there.
    func remove() throws(CgroupError)
}

extension Cgroup {
    package func firstProcessEntered() {}
    package func entryFiles(beside pid: Int32) -> [String] { entryFiles }
}

package enum FreezerState: String, Sendable {
    case thawed, freezing, frozen
}

/// What a container used.
package enum CgroupStats: Hashable, Sendable {
    case v1(V1Metrics)
    case v2(V2Metrics)
}
