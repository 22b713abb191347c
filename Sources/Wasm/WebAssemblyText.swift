internal import CWasmtime

/// Turns the text format of a module or of a component into its binary format.
///
/// - Parameter text: UTF-8; borrowed.
/// - Throws: ``EngineError`` with the line and column where the text is wrong.
package func assemble(_ text: UnsafeRawBufferPointer) throws(EngineError) -> [UInt8] {
    var raw = wasm_byte_vec_t(size: 0, data: nil)
    let start = text.baseAddress?.assumingMemoryBound(to: CChar.self)
    try EngineError.check(wasmtime_wat2wasm(start, text.count, &raw), .parseText)
    return ByteVector { $0.pointee = raw }.withBytes { Array($0) }
}
