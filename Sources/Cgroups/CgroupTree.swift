internal import Glibc
internal import LinuxSystem
internal import SystemPackage

extension CgroupDirectory {
    /// The processes here and in every cgroup below.
    func processes() throws(CgroupError) -> [Int32] {
        var found: [Int32] = []
        var pending = [self]
        while let directory = pending.popLast() {
            switch directory.attemptRead("cgroup.procs") {
            case .success(let text):
                for line in text.split(separator: "\n") {
                    guard let pid = Int32(line) else { throw .malformed(directory.file("cgroup.procs"), line) }
                    found.append(pid)
                }
            // Gone, or going; a threaded cgroup of version 2 (its processes are counted where its domain is).
            case .failure(.noSuchFileOrDirectory), .failure(.operationNotSupportedByDevice), .failure(.notSupported):
                break
            case .failure(let code): throw .read(directory.file("cgroup.procs"), code)
            }
            pending += directory.children()
        }
        return found
    }

    /// Makes the directory and those above it that are missing.
    /// - Returns: whether it was made now.
    func makeWithParents(onNewParent: (CgroupDirectory) throws(CgroupError) -> Void) throws(CgroupError) -> Bool {
        switch make() {
        case .success(let isNew): return isNew
        case .failure(.noSuchFileOrDirectory):
            if try parent.makeWithParents(onNewParent: onNewParent) { try onNewParent(parent) }
        case .failure(let code): throw failure("mkdir", code)
        }
        switch make() {
        case .success(let isNew): return isNew
        case .failure(let code): throw failure("mkdir", code)
        }
    }

    /// Removes the cgroup and those below it, the deepest first.
    ///
    /// A process that was killed leaves its cgroup some time after its parent hears of it, so EBUSY is tried again.
    /// - Parameter patience: microseconds that may still be waited; what was waited is taken from it.
    func removeTree(patience: inout UInt32) throws(CgroupError) {
        var pause: UInt32 = 100
        // Nested cgroups that come back as fast as they go are not fought for ever.
        var descents = 0
        while true {
            switch attempt({ rmdir(path) }) {
            case .success, .failure(.noSuchFileOrDirectory): return
            case .failure(let code) where code == .resourceBusy || code == .directoryNotEmpty:
                let nested = children()
                for child in nested { try child.removeTree(patience: &patience) }
                descents += nested.isEmpty ? 0 : 1
                if !nested.isEmpty, descents < 10 { continue }
                guard patience > 0 else {
                    let pids = (try? processes()) ?? []
                    let inside =
                        pids.isEmpty ? "" : ": processes \(pids.map { "\($0)" }.joined(separator: ", ")) are in it"
                    throw CgroupError(
                        .inUse, "the cgroup can't be removed\(inside)",
                        cause: SystemCallError("rmdir", path, errno: code))
                }
                let wait = min(pause, patience)
                usleep(wait)
                patience -= wait
                pause = min(pause * 2, 20_000)
            case .failure(let code): throw failure("rmdir", code)
            }
        }
    }

    /// Removes the cgroups below, and leaves this one.
    func removeChildren() throws(CgroupError) {
        var patience = removalPatience
        for child in children() { try child.removeTree(patience: &patience) }
    }

    private func failure(_ call: String, _ code: Errno) -> CgroupError {
        let remedy = code == .readOnlyFileSystem ? "the cgroup file system is mounted read-only" : nil
        return CgroupError(
            .rejected, "the cgroup can't be \(call == "mkdir" ? "made" : "removed")",
            cause: SystemCallError(call, path, errno: code, remedy: remedy))
    }
}

/// How long a removal waits for processes to leave, in microseconds and all hierarchies together.
let removalPatience: UInt32 = 300_000
