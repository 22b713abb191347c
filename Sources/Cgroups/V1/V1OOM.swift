internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

extension OOMWatcher {
    /// An eventfd that the kernel signals for `memory.oom_control` (cgroup-v1/memory.rst, "OOM Control").
    convenience init(v1 directory: CgroupDirectory) throws(CgroupError) {
        let eventRaw: Int32
        switch attempt({ martlet_cgroup_eventfd() }) {
        case .success(let raw): eventRaw = raw
        case .failure(let code):
            throw CgroupError(
                .rejected, "out-of-memory events can't be watched", cause: SystemCallError("eventfd", errno: code))
        }
        let event = OwnedFileDescriptor(owning: eventRaw)
        let controlRaw: Int32
        let path = directory.file("memory.oom_control")
        switch attempt({ open(path, O_RDONLY | O_CLOEXEC) }) {
        case .success(let raw): controlRaw = raw
        case .failure(let code): throw .read(path, code)
        }
        let control = OwnedFileDescriptor(owning: controlRaw)
        // The kernel keeps what it needs of the second descriptor.
        try directory.write("\(event.raw) \(control.raw)", to: "cgroup.event_control", field: nil)
        self.init(descriptor: event, directory: directory, file: "memory.oom_control", wakesEarly: true)
    }
}
