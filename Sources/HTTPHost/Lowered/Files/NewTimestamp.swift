internal import Glibc
internal import SystemPackage
internal import Wasm

/// `new-timestamp` of `wasi:filesystem/types`.
enum NewTimestamp {
    case noChange
    case now
    case at(seconds: UInt64, nanoseconds: UInt32)

    /// - Parameter argument: the first of three.
    init(_ call: CoreCall, _ argument: Int) throws(EngineError) {
        switch call.u32(argument) {
        case 0: self = .noChange
        case 1: self = .now
        case 2: self = .at(seconds: call.u64(argument + 1), nanoseconds: call.u32(argument + 2))
        default: throw CoreCall.trap("\(call.u32(argument)) is no case of a new timestamp")
        }
    }

    /// As utimensat(2) takes it.
    var time: timespec {
        get throws(Errno) {
            switch self {
            // UTIME_OMIT and UTIME_NOW.
            case .noChange: return timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2)
            case .now: return timespec(tv_sec: 0, tv_nsec: (1 << 30) - 1)
            case .at(let seconds, let nanoseconds):
                let whole = seconds.addingReportingOverflow(UInt64(nanoseconds / 1_000_000_000))
                guard !whole.overflow, let seconds = Int(exactly: whole.partialValue) else { throw .overflow }
                return timespec(tv_sec: seconds, tv_nsec: Int(nanoseconds % 1_000_000_000))
            }
        }
    }
}
