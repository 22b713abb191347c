internal import CLinux
internal import Glibc
internal import WASIHTTP
internal import Wasm

/// `poll_oneoff` of WASI preview 1 for modules that are served: who waits in wasmtime's can't be interrupted, and would
/// wait on after the request's time is over.
///
/// A run has no descriptor that it could wait for but its body's and those of files: they are ready, as files are for
/// poll(2), and reading waits. So what is left to do is to sleep, not longer than the request has time.
enum ModulePoll {
    private static let subscription = 48
    private static let event = 32
    /// How many subscriptions are looked at: nobody has as many, and the host keeps a note of each.
    private static let most = 1 << 16

    /// Of WASI preview 1, `errno`.
    private enum Failure: Int32 {
        case invalid = 28
        case fault = 21
        case notSupported = 58
    }

    static var function: HostFunction {
        HostFunction(module: "wasi_snapshot_preview1", name: "poll_oneoff", parameters: 4) { data, memory, arguments in
            let failure = memory.withBytes { memory in
                poll(memory, arguments.map { Int(UInt32(bitPattern: $0)) }, data as? RunningModule)
            }
            return (failure ?? .fault)?.rawValue ?? 0
        }
    }

    /// What a subscription is ready with.
    private struct Ready {
        let userdata: UInt64
        let kind: UInt8
        var failure: Failure?
    }

    /// - Parameter arguments: places of the subscriptions and of the events, how many there are, and the place of the
    ///   number of events.
    private static func poll(
        _ memory: UnsafeMutableRawBufferPointer, _ arguments: [Int], _ request: RunningModule?
    ) -> Failure? {
        let (input, output, count, result) = (arguments[0], arguments[1], arguments[2], arguments[3])
        guard 1...most ~= count else { return .invalid }
        guard input + count * subscription <= memory.count, output + count * event <= memory.count,
            result + 4 <= memory.count
        else { return .fault }
        var ready: [Ready] = []
        var sleepers: [(wait: UInt64, ready: Ready)] = []
        for index in 0..<count {
            let place = input + index * subscription
            let kind = memory[place + 8]
            var entry = Ready(
                userdata: memory.loadUnaligned(fromByteOffset: place, as: UInt64.self), kind: kind, failure: nil)
            guard kind == 0 else {
                if kind > 2 { return .invalid }
                ready.append(entry)
                continue
            }
            let timeout = memory.loadUnaligned(fromByteOffset: place + 24, as: UInt64.self)
            let isAbsolute = memory.loadUnaligned(fromByteOffset: place + 40, as: UInt16.self) & 1 == 1
            switch memory.loadUnaligned(fromByteOffset: place + 16, as: UInt32.self) {
            case 0: sleepers.append((isAbsolute ? left(until: timeout, CLOCK_REALTIME) : timeout, entry))
            case 1: sleepers.append((isAbsolute ? left(until: timeout, CLOCK_MONOTONIC) : timeout, entry))
            default:
                entry.failure = .notSupported
                ready.append(entry)
            }
        }
        if ready.isEmpty, let first = sleepers.map(\.wait).min() {
            sleep(min(first, request?.exchange.nanosecondsLeft ?? .max))
            ready = sleepers.filter { $0.wait <= first }.map(\.ready)
        }
        write(ready, to: memory, output)
        memory.storeBytes(of: UInt32(ready.count), toByteOffset: result, as: UInt32.self)
        return nil
    }

    private static func write(_ ready: [Ready], to memory: UnsafeMutableRawBufferPointer, _ output: Int) {
        for (index, entry) in ready.enumerated() {
            let place = output + index * event
            memory.storeBytes(of: entry.userdata, toByteOffset: place, as: UInt64.self)
            memory.storeBytes(of: UInt16(entry.failure?.rawValue ?? 0), toByteOffset: place + 8, as: UInt16.self)
            memory.storeBytes(of: entry.kind, toByteOffset: place + 10, as: UInt8.self)
            // Bytes that can be read or written: one at least.
            memory.storeBytes(of: entry.kind == 0 ? 0 : 1, toByteOffset: place + 16, as: UInt64.self)
            memory.storeBytes(of: 0, toByteOffset: place + 24, as: UInt16.self)
        }
    }

    /// Nanoseconds.
    private static func left(until instant: UInt64, _ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        let now = UInt64(max(0, time.tv_sec)) * 1_000_000_000 + UInt64(time.tv_nsec)
        return instant > now ? instant - now : 0
    }

    private static func sleep(_ nanoseconds: UInt64) {
        let seconds = Int(clamping: nanoseconds / 1_000_000_000)
        var time = timespec(tv_sec: seconds, tv_nsec: Int(nanoseconds % 1_000_000_000))
        var rest = time
        while nanosleep(&time, &rest) != 0, errno == EINTR { time = rest }
    }
}
