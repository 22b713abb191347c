internal import CWasmtime

/// Owner of a byte vector that the library filled. It is deleted with its owner.
struct ByteVector: ~Copyable {
    private var raw: wasm_byte_vec_t

    /// Lets `fill` write the vector. If `fill` throws, nothing was written and nothing is to be freed.
    init<Failure: Error>(
        filledBy fill: (UnsafeMutablePointer<wasm_byte_vec_t>) throws(Failure) -> Void
    ) throws(Failure) {
        var raw = wasm_byte_vec_t(size: 0, data: nil)
        try fill(&raw)
        self.raw = raw
    }

    deinit {
        var raw = raw
        wasm_byte_vec_delete(&raw)
    }

    /// The bytes, borrowed for the length of the call.
    borrowing func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: raw.data, count: raw.size))
    }

    /// The bytes as text; what is not UTF-8 in it is replaced.
    var text: String {
        withBytes { String(decoding: $0, as: UTF8.self) }
    }
}

extension String {
    /// A copy of a name that the library owns; empty for none.
    init(borrowed name: UnsafePointer<wasm_name_t>?) {
        guard let name = name?.pointee, let data = name.data else {
            self = ""
            return
        }
        self = String(decoding: UnsafeBufferPointer(start: data, count: name.size), as: UTF8.self)
    }

    /// Calls `body` with the text as a name that the library borrows.
    func withBorrowedName<Result>(_ body: (UnsafePointer<wasm_name_t>) -> Result) -> Result {
        var bytes = Array(utf8)
        return bytes.withUnsafeMutableBufferPointer { bytes in
            var name = wasm_name_t(size: bytes.count, data: bytes.baseAddress)
            return body(&name)
        }
    }

    /// Calls `body` with the text's UTF-8 bytes and their number (there is no NUL at the end).
    func withName<Result>(_ body: (UnsafePointer<CChar>?, Int) -> Result) -> Result {
        let bytes = utf8.map { CChar(bitPattern: $0) }
        return bytes.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
    }
}
