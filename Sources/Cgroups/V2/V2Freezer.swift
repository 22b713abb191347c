internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// `cgroup.freeze` and the line `frozen` of `cgroup.events` (since Linux 5.2).
enum V2Freezer {
    static func state(of directory: CgroupDirectory) throws(CgroupError) -> FreezerState {
        guard let wanted = try directory.numberIfPresent("cgroup.freeze"), wanted == 1 else { return .thawed }
        return try directory.flatKeyed("cgroup.events")["frozen"] == 1 ? .frozen : .freezing
    }

    /// Freezes, and waits for the kernel to say so.
    /// - Throws: `timedOut`, thawed again, after `milliseconds`.
    static func freeze(_ directory: CgroupDirectory, milliseconds: Int = 2000) throws(CgroupError) {
        try directory.write("1", to: "cgroup.freeze", field: nil)
        do {
            try waitUntilFrozen(directory, milliseconds: milliseconds)
        } catch {
            do {
                try thaw(directory)
            } catch let second {
                throw error.adding(cleanup: second)
            }
            throw error
        }
    }

    static func thaw(_ directory: CgroupDirectory) throws(CgroupError) {
        guard let code = directory.attemptWrite("0", to: "cgroup.freeze") else { return }
        // A kernel that can't freeze has nothing frozen.
        if code == .noSuchFileOrDirectory, directory.exists { return }
        throw .write("0", to: directory.file("cgroup.freeze"), field: nil, code)
    }

    /// cgroup.events is polled: the kernel answers with POLLPRI when a line has changed since it was read.
    private static func waitUntilFrozen(_ directory: CgroupDirectory, milliseconds: Int) throws(CgroupError) {
        let path = directory.file("cgroup.events")
        let eventsRaw: Int32
        switch attempt({ open(path, O_RDONLY | O_CLOEXEC) }) {
        case .success(let raw): eventsRaw = raw
        case .failure(let code): throw .read(path, code)
        }
        let events = OwnedFileDescriptor(owning: eventsRaw)
        var left = milliseconds
        while true {
            var text = [UInt8](repeating: 0, count: 256)
            switch attempt({ pread(events.raw, &text, text.count, 0) }) {
            case .success(let count):
                if String(decoding: text[..<count], as: UTF8.self).split(separator: "\n").contains("frozen 1") {
                    return
                }
            case .failure(let code): throw .read(path, code)
            }
            guard left > 0 else {
                throw CgroupError(
                    .timedOut, "\(directory.path) did not freeze in \(milliseconds) ms; it was thawed again")
            }
            // In short turns, so that a notice that came between reading and polling costs little.
            let turn = min(left, 20)
            var entry = pollfd(fd: events.raw, events: Int16(POLLPRI), revents: 0)
            _ = attempt { poll(&entry, 1, Int32(turn)) }
            left -= turn
        }
    }
}
