internal import Glibc
package import SwiftProtobuf

/// How and when a process ended.
package struct ProcessExit: Hashable, Sendable {
    package let pid: Int32
    /// The exit code, or 128 and the signal's number, as shells and containerd count.
    package let status: UInt32
    package let at: Google_Protobuf_Timestamp

    package init(pid: Int32, status: UInt32, at: Google_Protobuf_Timestamp = .now()) {
        self.pid = pid
        self.status = status
        self.at = at
    }

    /// From what wait(2) answers.
    package init(pid: Int32, waitStatus: Int32, at: Google_Protobuf_Timestamp = .now()) {
        let signal = waitStatus & 0x7f
        let status = signal == 0 ? (waitStatus >> 8) & 0xff : 128 + signal
        self.init(pid: pid, status: UInt32(status), at: at)
    }
}

extension Google_Protobuf_Timestamp {
    /// The wall clock.
    package static func now() -> Self {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Self(seconds: Int64(time.tv_sec), nanos: Int32(time.tv_nsec))
    }
}
