internal import CWasmtime

/// A call of one of our functions by the core module that a component was lowered to. All that comes from the guest is
/// checked: what lies outside of its memory, or is no UTF-8 where a string is wanted, stops it, as the canonical ABI has
/// it.
package struct CoreCall {
    private let context: OpaquePointer?
    private let numbers: UnsafeMutablePointer<wasmtime_val_raw_t>
    package let guest: CoreGuest

    init(context: OpaquePointer?, numbers: UnsafeMutablePointer<wasmtime_val_raw_t>, guest: CoreGuest) {
        self.context = context
        self.numbers = numbers
        self.guest = guest
    }

    package static func trap(_ message: String) -> EngineError { EngineError(operation: .call, message: message) }

    // MARK: Arguments and the result

    package func u32(_ index: Int) -> UInt32 { UInt32(bitPattern: numbers[index].i32) }
    package func u64(_ index: Int) -> UInt64 { UInt64(bitPattern: numbers[index].i64) }

    package mutating func answer(_ number: UInt32) { numbers[0] = wasmtime_val_raw_t(i32: Int32(bitPattern: number)) }
    package mutating func answer(_ flag: Bool) { answer(flag ? 1 : 0 as UInt32) }
    package mutating func answer(long number: UInt64) {
        numbers[0] = wasmtime_val_raw_t(i64: Int64(bitPattern: number))
    }

    // MARK: Memory

    /// All of the guest's memory. Good until the guest runs again, as ``allocate(_:alignment:)`` lets it.
    private var memory: UnsafeMutableRawBufferPointer {
        get throws(EngineError) {
            guard guest.hasMemory else { throw Self.trap("the guest has no memory yet") }
            let start = wasmtime_memory_data(context, &guest.memory)
            return UnsafeMutableRawBufferPointer(start: start, count: wasmtime_memory_data_size(context, &guest.memory))
        }
    }

    /// Some of the guest's memory; good until the guest runs again.
    package func bytes(at address: UInt32, count: UInt32) throws(EngineError) -> UnsafeMutableRawBufferPointer {
        let memory = try memory
        guard Int(address) + Int(count) <= memory.count else {
            throw Self.trap("\(count) bytes at \(address) are outside of the guest's memory of \(memory.count)")
        }
        return UnsafeMutableRawBufferPointer(rebasing: memory[Int(address)..<Int(address) + Int(count)])
    }

    /// A place for a value of these bytes and this alignment, as an argument of the call.
    package func place(
        _ argument: Int, count: UInt32, alignment: UInt32
    ) throws(EngineError) -> UnsafeMutableRawBufferPointer {
        try values(at: u32(argument), count: count, alignment: alignment)
    }

    /// As ``bytes(at:count:)``, of values that are to be aligned.
    package func values(
        at address: UInt32, count: UInt32, alignment: UInt32
    ) throws(EngineError) -> UnsafeMutableRawBufferPointer {
        guard address & (alignment - 1) == 0 else { throw Self.trap("the pointer \(address) is not aligned") }
        return try bytes(at: address, count: count)
    }

    /// Calls the guest to make room in its memory.
    ///
    /// - Returns: the address.
    package func allocate(_ count: Int, alignment: UInt32) throws(EngineError) -> UInt32 {
        if count == 0 { return alignment }
        guard guest.hasRealloc, let count = UInt32(exactly: count) else {
            throw Self.trap("the guest has no allocator for \(count) bytes")
        }
        return try withUnsafeTemporaryAllocation(of: wasmtime_val_raw_t.self, capacity: 4) {
            numbers throws(EngineError) in
            numbers[0] = wasmtime_val_raw_t(i32: 0)
            numbers[1] = wasmtime_val_raw_t(i32: 0)
            numbers[2] = wasmtime_val_raw_t(i32: Int32(bitPattern: alignment))
            numbers[3] = wasmtime_val_raw_t(i32: Int32(bitPattern: count))
            var trap: OpaquePointer?
            try guest.withoutLeaving { () throws(EngineError) in
                let error = wasmtime_func_call_unchecked(context, &guest.realloc, numbers.baseAddress, 4, &trap)
                try EngineError.check(error, trap: trap, .call)
            }
            let address = UInt32(bitPattern: numbers[0].i32)
            _ = try values(at: address, count: count, alignment: alignment)
            return address
        }
    }

    // MARK: Strings and lists

    package func string(at address: UInt32, count: UInt32) throws(EngineError) -> String {
        let bytes = try bytes(at: address, count: count)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Self.trap("a string is not UTF-8") }
        return text
    }

    /// A string that two arguments say.
    package func string(_ argument: Int) throws(EngineError) -> String {
        try string(at: u32(argument), count: u32(argument + 1))
    }

    /// A list of bytes that two arguments say; good until the guest runs again.
    package func list(_ argument: Int) throws(EngineError) -> UnsafeMutableRawBufferPointer {
        try bytes(at: u32(argument), count: u32(argument + 1))
    }

    /// Copies bytes into the guest's memory.
    package func give(_ bytes: UnsafeRawBufferPointer) throws(EngineError) -> CoreList {
        let address = try allocate(bytes.count, alignment: 1)
        if !bytes.isEmpty { try self.bytes(at: address, count: UInt32(bytes.count)).copyMemory(from: bytes) }
        return CoreList(address: address, count: UInt32(bytes.count))
    }

    package func give(_ text: String) throws(EngineError) -> CoreList {
        var text = text
        let result: Result<CoreList, EngineError> = text.withUTF8 { text in
            Result { () throws(EngineError) in try give(UnsafeRawBufferPointer(text)) }
        }
        return try result.get()
    }

    package func give(_ bytes: [UInt8]) throws(EngineError) -> CoreList {
        let result: Result<CoreList, EngineError> = bytes.withUnsafeBytes { bytes in
            Result { () throws(EngineError) in try give(bytes) }
        }
        return try result.get()
    }

    /// Copies values into the guest's memory, one after the other.
    ///
    /// - Parameters:
    ///   - size: of each in bytes.
    ///   - write: puts one where it is told. It may let the guest run before.
    package func give<Element>(
        _ elements: [Element], size: Int, alignment: UInt32,
        _ make: (Element) throws(EngineError) -> (UnsafeMutableRawBufferPointer) -> Void
    ) throws(EngineError) -> CoreList {
        let address = try allocate(elements.count * size, alignment: alignment)
        for (index, element) in elements.enumerated() {
            let write = try make(element)
            write(try bytes(at: address + UInt32(index * size), count: UInt32(size)))
        }
        return CoreList(address: address, count: UInt32(elements.count))
    }
}

/// A list or a string in a guest's memory.
package struct CoreList {
    package let address: UInt32
    /// Elements, or bytes.
    package let count: UInt32

    package init(address: UInt32, count: UInt32) {
        self.address = address
        self.count = count
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Stores a number of a value at its place.
    package func put<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
        storeBytes(of: number.littleEndian, toByteOffset: offset, as: Number.self)
    }

    package func put(_ list: CoreList, at offset: Int) {
        put(list.address, at: offset)
        put(list.count, at: offset + 4)
    }
}
