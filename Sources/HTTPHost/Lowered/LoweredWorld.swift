internal import CLinux
internal import Glibc
internal import WASIHTTP
internal import Wasm

/// What of WASI 0.2 lowered components have beside HTTP and streams: pollables, clocks, random numbers, and of
/// `wasi:cli` all.
enum LoweredWorld {
    static var interfaces: [LoweredInterface] {
        [poll, monotonicClock, wallClock] + random + [environment, exit] + standardStreams
    }

    private static var poll: LoweredInterface {
        var interface = LoweredInterface("wasi:io/poll")
        interface.add("[method]pollable.ready", [.i32], .i32) { (call, guest) throws(EngineError) in
            call.answer(guest.isReady(try guest.handles.get(call.u32(0), as: Pollable.self).event))
        }
        interface.add("[method]pollable.block", [.i32]) { (call, guest) throws(EngineError) in
            _ = try guest.wait(for: [guest.handles.get(call.u32(0), as: Pollable.self).event])
        }
        interface.add("poll", [.i32, .i32, .i32]) { (call, guest) throws(EngineError) in
            let count = call.u32(1)
            guard count > 0 else { throw CoreCall.trap("poll was called with no pollable") }
            guard count <= 1 << 16 else { throw CoreCall.trap("poll was called with \(count) pollables") }
            let list = try call.values(at: call.u32(0), count: count * 4, alignment: 4)
            var events: [Pollable.Event] = []
            for offset in stride(from: 0, to: list.count, by: 4) {
                let handle = UInt32(littleEndian: list.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                events.append(try guest.handles.get(handle, as: Pollable.self).event)
            }
            let ready = try guest.wait(for: events)
            let answer = try call.give(ready, size: 4, alignment: 4) { (place) throws(EngineError) in
                { $0.put(place, at: 0) }
            }
            try call.put(answer, at: 2)
        }
        return interface
    }

    private static var monotonicClock: LoweredInterface {
        var interface = LoweredInterface("wasi:clocks/monotonic-clock")
        interface.add("now", [], .i64) { (call, _) throws(EngineError) in call.answer(long: MonotonicClock.now) }
        interface.add("resolution", [], .i64) { (call, _) throws(EngineError) in call.answer(long: 1) }
        interface.add("subscribe-instant", [.i64], .i32) { (call, guest) throws(EngineError) in
            call.answer(try guest.handles.add(Pollable(.instant(call.u64(0)))))
        }
        interface.add("subscribe-duration", [.i64], .i32) { (call, guest) throws(EngineError) in
            let (instant, isFar) = MonotonicClock.now.addingReportingOverflow(call.u64(0))
            call.answer(try guest.handles.add(Pollable(.instant(isFar ? .max : instant))))
        }
        return interface
    }

    private static var wallClock: LoweredInterface {
        var interface = LoweredInterface("wasi:clocks/wall-clock")
        interface.add("now", [.i32]) { (call, _) throws(EngineError) in
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            let place = try call.place(0, count: 16, alignment: 8)
            place.put(UInt64(max(0, time.tv_sec)), at: 0)
            place.put(UInt32(time.tv_nsec), at: 8)
        }
        interface.add("resolution", [.i32]) { (call, _) throws(EngineError) in
            let place = try call.place(0, count: 16, alignment: 8)
            place.put(0 as UInt64, at: 0)
            place.put(1 as UInt32, at: 8)
        }
        return interface
    }

    private static var random: [LoweredInterface] {
        var secure = LoweredInterface("wasi:random/random")
        secure.add("get-random-bytes", [.i64, .i32]) { (call, _) throws(EngineError) in try giveRandom(call) }
        secure.add("get-random-u64", [], .i64) { (call, _) throws(EngineError) in
            call.answer(long: .random(in: .min ... .max))
        }
        var insecure = LoweredInterface("wasi:random/insecure")
        insecure.add("get-insecure-random-bytes", [.i64, .i32]) { (call, _) throws(EngineError) in
            try giveRandom(call)
        }
        insecure.add("get-insecure-random-u64", [], .i64) { (call, _) throws(EngineError) in
            call.answer(long: .random(in: .min ... .max))
        }
        var seed = LoweredInterface("wasi:random/insecure-seed")
        seed.add("insecure-seed", [.i32]) { (call, _) throws(EngineError) in
            let place = try call.place(0, count: 16, alignment: 8)
            place.put(UInt64.random(in: .min ... .max), at: 0)
            place.put(UInt64.random(in: .min ... .max), at: 8)
        }
        return [secure, insecure, seed]
    }

    private static func giveRandom(_ call: CoreCall) throws(EngineError) {
        guard let count = Int(exactly: call.u64(0)), count <= Int(UInt32.max) else {
            throw CoreCall.trap("\(call.u64(0)) random bytes are more than the guest's memory can have")
        }
        let address = try call.allocate(count, alignment: 1)
        if count > 0 {
            var rest = try call.bytes(at: address, count: UInt32(count))
            while !rest.isEmpty {
                let given = martlet_getrandom(rest.baseAddress, rest.count)
                if given < 0, errno == EINTR { continue }
                guard given > 0 else { throw CoreCall.trap("the system gives no random bytes: errno \(errno)") }
                rest = UnsafeMutableRawBufferPointer(rebasing: rest[given...])
            }
        }
        try call.put(CoreList(address: address, count: UInt32(count)), at: 1)
    }

    private static var environment: LoweredInterface {
        var interface = LoweredInterface("wasi:cli/environment")
        interface.add("get-environment", [.i32]) { (call, guest) throws(EngineError) in
            let list = try call.give(guest.environment)
            try call.put(list, at: 0)
        }
        interface.add("get-arguments", [.i32]) { (call, guest) throws(EngineError) in
            let list = try call.give(guest.surroundings.arguments, size: 8, alignment: 4) {
                (argument) throws(EngineError) in
                let text = try call.give(argument)
                return { $0.put(text, at: 0) }
            }
            try call.put(list, at: 0)
        }
        interface.add("initial-cwd", [.i32]) { (call, _) throws(EngineError) in try call.put(nil as String?, at: 0) }
        return interface
    }

    private static var exit: LoweredInterface {
        var interface = LoweredInterface("wasi:cli/exit")
        for name in ["exit", "exit-with-code"] {
            interface.add(name, [.i32]) { (call, guest) throws(EngineError) in
                guard name != "exit" || call.u32(0) < 2 else {
                    throw CoreCall.trap("\(call.u32(0)) is no case of a result")
                }
                var end = CoreCall.trap("the guest called wasi:cli/exit")
                end.exitStatus = Int32(truncatingIfNeeded: call.u32(0))
                guest.exit = end
                throw end
            }
        }
        return interface
    }

    private static var standardStreams: [LoweredInterface] {
        var input = LoweredInterface("wasi:cli/stdin")
        // The request's body, as in CGI; nothing where there is none.
        input.add("get-stdin", [], .i32) { (call, guest) throws(EngineError) in
            call.answer(try guest.handles.add(guest.input))
        }
        var interfaces = [input]
        for (name, target) in [("stdout", 1), ("stderr", 2)] as [(String, Int32)] {
            var output = LoweredInterface("wasi:cli/\(name)")
            output.add("get-\(name)", [], .i32) { (call, guest) throws(EngineError) in
                call.answer(try guest.handles.add(guest.printing(on: target)))
            }
            interfaces.append(output)
        }
        // None is a terminal.
        for name in ["stdin", "stdout", "stderr"] {
            var terminal = LoweredInterface("wasi:cli/terminal-\(name)")
            terminal.add("get-terminal-\(name)", [.i32]) { (call, _) throws(EngineError) in
                try call.place(0, count: 8, alignment: 4).put(0 as UInt8, at: 0)
            }
            interfaces.append(terminal)
        }
        return interfaces
    }
}
