internal import Glibc
internal import LinuxSystem

/// Waiting for a descriptor, with an end.
enum Readiness {
    /// Blocks until there is something to read, or the other side is gone. Throws `BenchError` `.program` at `end`.
    static func wait(_ descriptor: Int32, until end: Moment) throws {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let left = end.milliseconds(since: .now)
            guard left > 0 else { throw BenchError(.program, "nothing came in time") }
            let count = try systemCall("poll") { Glibc.poll(&poll, 1, Int32(left.rounded(.up))) }
            if count > 0 { return }
        }
    }
}
