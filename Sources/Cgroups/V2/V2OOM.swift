internal import Glibc
internal import LinuxSystem
internal import SystemPackage

extension OOMWatcher {
    /// An inotify descriptor on `memory.events`, which the kernel reports as modified when a count in it changes
    /// (cgroup-v2.rst, "memory.events").
    convenience init(v2 directory: CgroupDirectory) throws(CgroupError) {
        let notifyRaw: Int32
        switch attempt({ inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK)) }) {
        case .success(let raw): notifyRaw = raw
        case .failure(let code):
            throw CgroupError(
                .rejected, "out-of-memory events can't be watched",
                cause: SystemCallError(
                    "inotify_init1", errno: code,
                    remedy: code == .tooManyOpenFiles ? "raise fs.inotify.max_user_instances" : nil))
        }
        let notify = OwnedFileDescriptor(owning: notifyRaw)
        let path = directory.file("memory.events")
        if case .failure(let code) = attempt({ inotify_add_watch(notify.raw, path, UInt32(IN_MODIFY)) }) {
            let isMissing = code == .noSuchFileOrDirectory
            throw CgroupError(
                isMissing ? .noController : .rejected, "out-of-memory events can't be watched",
                cause: SystemCallError(
                    "inotify_add_watch", path, errno: code,
                    remedy: isMissing ? "the memory controller must be enabled for the cgroup" : nil))
        }
        self.init(descriptor: notify, directory: directory, file: "memory.events", wakesEarly: false)
    }
}
