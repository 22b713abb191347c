internal import FoundationEssentials
internal import Glibc
internal import LinuxSystem

/// The processes below this one, orphans among them.
///
/// This process is made a subreaper (PR_SET_CHILD_SUBREAPER, prctl(2)): a shim's server, whose parent is the short
/// `start` command, becomes our child, and so does a container whose shim is gone. None can be lost.
enum Descendants {
    /// Makes this process the parent of orphans below it.
    static func adopt() throws {
        try becomeSubreaper()
    }

    /// Reaps children until there is none; blocks. Answers whether that was so in time.
    static func awaitEnd(milliseconds: Int64) -> Bool {
        let end = Moment.now + milliseconds
        while Moment.now < end {
            switch attempt({ waitpid(-1, nil, WNOHANG) }) {
            case .failure: return true
            case .success(0): usleep(500)
            case .success: break
            }
        }
        return false
    }

    /// Kills and reaps every process below this one; a process that can't even be killed is given up after 10 s.
    static func killAll() {
        // A killed shim's children become ours, so that several rounds may be needed.
        for _ in 0..<100 {
            for child in children(of: getpid()) { kill(child, SIGKILL) }
            if awaitEnd(milliseconds: 100) { return }
        }
    }

    /// The children of a process, by any of its threads (proc_pid_task(5)). Empty if it is gone.
    static func children(of pid: pid_t) -> [pid_t] {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        return threads.flatMap { thread in
            let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(thread)/children", encoding: .utf8)) ?? ""
            return text.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
        }
    }
}
