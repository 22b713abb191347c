internal import LinuxSystem
internal import SystemPackage
internal import Wasm

/// `wasi:filesystem`, for lowered components.
enum LoweredFiles {
    static var interfaces: [LoweredInterface] {
        var types = LoweredInterface("wasi:filesystem/types")
        LoweredDescriptors.define(in: &types)
        LoweredPaths.define(in: &types)
        types.add("[method]directory-entry-stream.read-directory-entry", [.i32, .i32]) {
            (call, guest) throws(EngineError) in
            let stream = try guest.handles.get(call.u32(0), as: DirectoryEntryStream.self)
            let entry = Result { () throws(Errno) in try stream.next() }
            let name = try (try? entry.get()).map { (entry) throws(EngineError) in try call.give(entry.name) }
            // result<option<record>, _>: each one's case, then what it has, aligned to 4.
            try call.put(entry, at: 1, count: 20, alignment: 4) { entry, place in
                place.put(entry == nil ? 0 : 1 as UInt8, at: 0)
                if let entry { place.put(entry.type.rawValue, at: 4) }
                if let name { place.put(name, at: 8) }
            }
        }
        types.add("filesystem-error-code", [.i32, .i32]) { (call, guest) throws(EngineError) in
            let code = try guest.handles.get(call.u32(0), as: StreamError.self).fileError
            let place = try call.place(1, count: 2, alignment: 1)
            place.put(code == nil ? 0 : 1 as UInt8, at: 0)
            if let code { place.put(code.fileErrorCode, at: 1) }
        }
        return [types, preopens]
    }

    private static var preopens: LoweredInterface {
        var interface = LoweredInterface("wasi:filesystem/preopens")
        interface.add("get-directories", [.i32]) { (call, guest) throws(EngineError) in
            let directories = try guest.surroundings.directories.all()
            let list = try call.give(directories, size: 12, alignment: 4) { (given) throws(EngineError) in
                let descriptor = Descriptor(given.directory, isDirectory: true, [.read, .mutateDirectory])
                let handle = try guest.handles.add(descriptor)
                let name = try call.give(given.name)
                return { place in
                    place.put(handle, at: 0)
                    place.put(name, at: 4)
                }
            }
            try call.put(list, at: 0)
        }
        return interface
    }
}

extension CoreCall {
    /// `result<T, error-code>`: a byte for the case, then at the next place of the result's alignment what it has.
    ///
    /// - Parameters:
    ///   - count: bytes of the result.
    ///   - write: puts a value where it is told.
    func put<Value>(
        _ outcome: Result<Value, Errno>, at argument: Int, count: UInt32, alignment: UInt32,
        _ write: (Value, UnsafeMutableRawBufferPointer) -> Void
    ) throws(EngineError) {
        let place = try place(argument, count: count, alignment: alignment)
        switch outcome {
        case .success(let value):
            place.put(0 as UInt8, at: 0)
            write(value, place.part(from: Int(alignment)))
        case .failure(let code):
            place.put(1 as UInt8, at: 0)
            place.put(code.fileErrorCode, at: Int(alignment))
        }
    }

    /// `result<_, error-code>`, of what is done now.
    func put(at argument: Int, _ body: () throws(Errno) -> Void) throws(EngineError) {
        try put(Result { () throws(Errno) in try body() }, at: argument, count: 2, alignment: 1) { _, _ in }
    }

    /// `result<own, error-code>`, of what is made now.
    func put(
        at argument: Int, in guest: LoweredGuest, making body: () throws(Errno) -> AnyObject
    ) throws(EngineError) {
        let handle: Result<UInt32, Errno>
        switch Result(catching: { () throws(Errno) in try body() }) {
        case .success(let resource): handle = .success(try guest.handles.add(resource))
        case .failure(let code): handle = .failure(code)
        }
        try put(handle, at: argument, count: 8, alignment: 4) { handle, place in place.put(handle, at: 0) }
    }
}
