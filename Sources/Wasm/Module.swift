internal import CWasmtime

/// Owner of a compiled core module.
package final class Module {
    let raw: OpaquePointer

    private init(consuming raw: OpaquePointer?) {
        guard let raw else {
            preconditionFailure("the C API returned neither an error nor a module")
        }
        self.raw = raw
    }

    deinit {
        wasmtime_module_delete(raw)
    }

    /// Validates and compiles a module in the binary format. Takes from milliseconds to seconds.
    ///
    /// - Parameter bytes: borrowed for the length of the call.
    /// - Throws: ``EngineError`` that says what is wrong and at which offset.
    package convenience init(
        compiling bytes: UnsafeRawBufferPointer, with engine: Engine
    ) throws(EngineError) {
        var raw: OpaquePointer?
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        try EngineError.check(wasmtime_module_new(engine.raw, start, bytes.count, &raw), .compile)
        self.init(consuming: raw)
    }

    /// Maps an artifact that ``serialize()`` made. The file holds native code: it must come from this node.
    ///
    /// - Parameter path: a regular file; it stays mapped (shared with other processes) as long as the module lives.
    /// - Throws: ``EngineError`` if the file is not an artifact of this version, settings and kind of CPU.
    package convenience init(mapping path: String, with engine: Engine) throws(EngineError) {
        var raw: OpaquePointer?
        try EngineError.check(wasmtime_module_deserialize_file(engine.raw, path, &raw), .deserialize)
        self.init(consuming: raw)
    }

    /// Copies an artifact into memory of this process's own, and else as the one above.
    ///
    /// - Parameter artifact: borrowed for the length of the call.
    package convenience init(copying artifact: UnsafeRawBufferPointer, with engine: Engine) throws(EngineError) {
        var raw: OpaquePointer?
        let start = artifact.baseAddress?.assumingMemoryBound(to: UInt8.self)
        try EngineError.check(wasmtime_module_deserialize(engine.raw, start, artifact.count, &raw), .deserialize)
        self.init(consuming: raw)
    }

    /// The artifact: native code and what the engine needs to load it again. `write` borrows the bytes.
    package func serialize<Result>(_ write: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        let artifact = try ByteVector { (raw) throws(EngineError) in
            try EngineError.check(wasmtime_module_serialize(self.raw, raw), .serialize)
        }
        return try artifact.withBytes(write)
    }

    /// What the module needs from outside, in the order of its import section.
    package var imports: [ImportType] {
        var list = wasm_importtype_vec_t(size: 0, data: nil)
        wasmtime_module_imports(raw, &list)
        defer { wasm_importtype_vec_delete(&list) }
        return UnsafeBufferPointer(start: list.data, count: list.size).map { ImportType($0) }
    }

    /// What the module offers, in the order of its export section.
    package var exports: [ExportType] {
        var list = wasm_exporttype_vec_t(size: 0, data: nil)
        wasmtime_module_exports(raw, &list)
        defer { wasm_exporttype_vec_delete(&list) }
        return UnsafeBufferPointer(start: list.data, count: list.size).map { ExportType($0) }
    }
}
