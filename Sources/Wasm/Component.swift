internal import CWasmtime

/// Owner of a compiled component.
package final class Component {
    let raw: OpaquePointer

    private init(consuming raw: OpaquePointer?) {
        guard let raw else {
            preconditionFailure("the C API returned neither an error nor a component")
        }
        self.raw = raw
    }

    deinit {
        wasmtime_component_delete(raw)
    }

    /// Validates and compiles a component in the binary format. Takes from milliseconds to many seconds.
    ///
    /// - Parameter bytes: borrowed for the length of the call.
    /// - Throws: ``EngineError`` that says what is wrong and at which offset.
    package convenience init(
        compiling bytes: UnsafeRawBufferPointer, with engine: Engine
    ) throws(EngineError) {
        var raw: OpaquePointer?
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        try EngineError.check(wasmtime_component_new(engine.raw, start, bytes.count, &raw), .compile)
        self.init(consuming: raw)
    }

    /// Maps an artifact that ``serialize(_:)`` made. The file holds native code: it must come from this node.
    ///
    /// - Parameter path: a regular file; it stays mapped (shared with other processes) as long as the component lives.
    /// - Throws: ``EngineError`` if the file is not an artifact of this version, settings and kind of CPU.
    package convenience init(mapping path: String, with engine: Engine) throws(EngineError) {
        var raw: OpaquePointer?
        try EngineError.check(wasmtime_component_deserialize_file(engine.raw, path, &raw), .deserialize)
        self.init(consuming: raw)
    }

    /// Copies an artifact into memory of this process's own, and else as the one above.
    ///
    /// - Parameter artifact: borrowed for the length of the call.
    package convenience init(copying artifact: UnsafeRawBufferPointer, with engine: Engine) throws(EngineError) {
        var raw: OpaquePointer?
        let start = artifact.baseAddress?.assumingMemoryBound(to: UInt8.self)
        try EngineError.check(wasmtime_component_deserialize(engine.raw, start, artifact.count, &raw), .deserialize)
        self.init(consuming: raw)
    }

    /// The artifact: native code and what the engine needs to load it again. `write` borrows the bytes.
    package func serialize<Result>(_ write: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        let artifact = try ByteVector { (raw) throws(EngineError) in
            try EngineError.check(wasmtime_component_serialize(self.raw, raw), .serialize)
        }
        return try artifact.withBytes(write)
    }

    /// The place of an export, to find it quickly in an instance; nil if there is none of that name.
    ///
    /// - Parameter path: the export's name, after the names of the instances that it lies in.
    package func export(_ path: String...) -> ComponentExport? {
        var place: ComponentExport?
        for name in path {
            let raw = name.withName { start, count in
                wasmtime_component_get_export_index(self.raw, place?.raw, start, count)
            }
            guard let raw else {
                return nil
            }
            place = ComponentExport(consuming: raw)
        }
        return place
    }
}

/// Owner of the place of a component's export.
package final class ComponentExport {
    let raw: OpaquePointer

    init(consuming raw: OpaquePointer) {
        self.raw = raw
    }

    deinit {
        wasmtime_component_export_index_delete(raw)
    }
}
