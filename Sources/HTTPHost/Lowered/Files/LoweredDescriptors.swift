internal import Glibc
internal import LinuxSystem
internal import SystemPackage
internal import Wasm

/// What `descriptor` of `wasi:filesystem/types` does with what is open, for lowered components.
enum LoweredDescriptors {
    /// Bytes that are read at once, as the engine has it.
    private static let most: UInt64 = 64 << 10
    /// In the order of `advice`'s cases.
    private static let advices = [
        POSIX_FADV_NORMAL, POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM, POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED,
        POSIX_FADV_NOREUSE,
    ]

    static func define(in interface: inout LoweredInterface) {
        defineStreams(in: &interface)
        defineData(in: &interface)
        defineFacts(in: &interface)
        for (name, dataOnly) in [("sync", false), ("sync-data", true)] {
            interface.add("[method]descriptor.\(name)", [.i32, .i32]) { (call, guest) throws(EngineError) in
                let descriptor = try call.descriptor(guest)
                try call.put(at: 1) { () throws(Errno) in try descriptor.sync(dataOnly: dataOnly) }
            }
        }
        interface.add("[method]descriptor.advise", [.i32, .i64, .i64, .i32, .i32]) {
            (call, guest) throws(EngineError) in
            let descriptor = try call.descriptor(guest)
            let (offset, count, advice) = (call.u64(1), call.u64(2), Int(call.u32(3)))
            guard advices.indices.contains(advice) else { throw CoreCall.trap("\(advice) is no advice") }
            try call.put(at: 4) { () throws(Errno) in
                try descriptor.advise(advices[advice], offset: offset, count: count)
            }
        }
        interface.add("[method]descriptor.set-size", [.i32, .i64, .i32]) { (call, guest) throws(EngineError) in
            let descriptor = try call.descriptor(guest)
            let size = call.u64(1)
            try call.put(at: 2) { () throws(Errno) in try descriptor.setSize(size) }
        }
        interface.add(
            "[method]descriptor.set-times", [.i32, .i32, .i64, .i32, .i32, .i64, .i32, .i32]
        ) { (call, guest) throws(EngineError) in
            let descriptor = try call.descriptor(guest)
            let times = (try NewTimestamp(call, 1), try NewTimestamp(call, 4))
            try call.put(at: 7) { () throws(Errno) in try descriptor.setTimes((times.0.time, times.1.time)) }
        }
        interface.add("[method]descriptor.read-directory", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let descriptor = try call.descriptor(guest)
            try call.put(at: 1, in: guest) { () throws(Errno) in try descriptor.readDirectory() }
        }
    }

    private static func defineStreams(in interface: inout LoweredInterface) {
        interface.add("[method]descriptor.read-via-stream", [.i32, .i64, .i32]) { (call, guest) throws(EngineError) in
            let descriptor = try call.descriptor(guest)
            let offset = call.u64(1)
            try call.put(at: 2, in: guest) { () throws(Errno) in
                BodyInput(.file(FileInput(try descriptor.file, at: offset)))
            }
        }
        interface.add("[method]descriptor.write-via-stream", [.i32, .i64, .i32]) { (call, guest) throws(EngineError) in
            let descriptor = try call.descriptor(guest)
            let offset = call.u64(1)
            try call.put(at: 2, in: guest) { () throws(Errno) in
                OutputStream(.file(FileOutput(try descriptor.file, at: .offset(offset))))
            }
        }
        interface.add("[method]descriptor.append-via-stream", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let descriptor = try call.descriptor(guest)
            try call.put(at: 1, in: guest) { () throws(Errno) in
                OutputStream(.file(FileOutput(try descriptor.file, at: .end)))
            }
        }
    }

    private static func defineData(in interface: inout LoweredInterface) {
        interface.add("[method]descriptor.read", [.i32, .i64, .i64, .i32]) { (call, guest) throws(EngineError) in
            let descriptor = try call.descriptor(guest)
            let (count, offset) = (Int(min(call.u64(1), most)), call.u64(2))
            let outcome = try withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) {
                (bytes) throws(EngineError) -> Result<CoreList, Errno> in
                switch Result(catching: { () throws(Errno) in try descriptor.read(into: bytes, at: offset) }) {
                case .success(let read):
                    return .success(try call.give(UnsafeRawBufferPointer(rebasing: bytes[..<read])))
                case .failure(let code): return .failure(code)
                }
            }
            try call.put(outcome, at: 3, count: 16, alignment: 4) { list, place in
                place.put(list, at: 0)
                place.put(list.count == 0 ? 1 : 0 as UInt8, at: 8)
            }
        }
        interface.add("[method]descriptor.write", [.i32, .i32, .i32, .i64, .i32]) { (call, guest) throws(EngineError) in
            let descriptor = try call.descriptor(guest)
            let bytes = UnsafeRawBufferPointer(try call.list(1))
            let offset = call.u64(3)
            let written = Result { () throws(Errno) in try descriptor.write(bytes, at: offset) }
            try call.put(written, at: 4, count: 16, alignment: 8) { count, place in place.put(UInt64(count), at: 0) }
        }
    }

    private static func defineFacts(in interface: inout LoweredInterface) {
        interface.add("[method]descriptor.get-flags", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let flags = try call.descriptor(guest).flags
            try call.put(.success(flags), at: 1, count: 2, alignment: 1) { flags, place in
                place.put(flags.rawValue, at: 0)
            }
        }
        interface.add("[method]descriptor.get-type", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let descriptor = try call.descriptor(guest)
            let status = Result { () throws(Errno) in try descriptor.status() }
            try call.put(status, at: 1, count: 2, alignment: 1) { status, place in
                place.put(DescriptorType(mode: status.st_mode).rawValue, at: 0)
            }
        }
        interface.add("[method]descriptor.stat", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let descriptor = try call.descriptor(guest)
            try call.put(Result { () throws(Errno) in try descriptor.status() }, at: 1)
        }
        interface.add("[method]descriptor.is-same-object", [.i32, .i32], .i32) { (call, guest) throws(EngineError) in
            let pair = (try call.descriptor(guest), try call.descriptor(guest, 1))
            do throws(Errno) {
                let (one, other) = (try pair.0.status(), try pair.1.status())
                call.answer(one.st_dev == other.st_dev && one.st_ino == other.st_ino)
            } catch {
                throw CoreCall.trap("can't compare two descriptors: \(error)")
            }
        }
        interface.add("[method]descriptor.metadata-hash", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let descriptor = try call.descriptor(guest)
            try call.put(hashOf: Result { () throws(Errno) in try descriptor.status() }, at: 1)
        }
    }
}

extension CoreCall {
    func descriptor(_ guest: LoweredGuest, _ argument: Int = 0) throws(EngineError) -> Descriptor {
        try guest.handles.get(u32(argument))
    }

    /// `result<descriptor-stat, error-code>`.
    func put(_ outcome: Result<stat, Errno>, at argument: Int) throws(EngineError) {
        try put(outcome, at: argument, count: 104, alignment: 8) { status, place in
            place.put(DescriptorType(mode: status.st_mode).rawValue, at: 0)
            place.put(UInt64(status.st_nlink), at: 8)
            place.put(UInt64(max(0, status.st_size)), at: 16)
            for (index, time) in [status.st_atim, status.st_mtim, status.st_ctim].enumerated() {
                let option = place.part(from: 24 + 24 * index)
                // A datetime can't be before 1970.
                option.put(time.tv_sec < 0 ? 0 : 1 as UInt8, at: 0)
                option.put(UInt64(max(0, time.tv_sec)), at: 8)
                option.put(UInt32(time.tv_nsec), at: 16)
            }
        }
    }

    /// `result<metadata-hash-value, error-code>`.
    func put(hashOf outcome: Result<stat, Errno>, at argument: Int) throws(EngineError) {
        try put(outcome, at: argument, count: 24, alignment: 8) { status, place in
            place.put(UInt64(status.st_ino) &* 0x9e37_79b9_7f4a_7c15, at: 0)
            place.put(UInt64(status.st_dev) &* 0x9e37_79b9_7f4a_7c15 ^ UInt64(status.st_ino), at: 8)
        }
    }
}
