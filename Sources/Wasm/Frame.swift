internal import CWasmtime

/// One function on the guest's stack.
package struct Frame: Equatable, Sendable {
    /// The function's index in its module.
    package let functionIndex: UInt32
    /// The function's name in the module's name section, if it has one.
    package let functionName: String?
    /// The module's name in its name section, if it has one.
    package let moduleName: String?
    /// Where in the module's file the frame stands, in bytes.
    package let moduleOffset: Int

    private init(_ frame: OpaquePointer?) {
        functionIndex = wasm_frame_func_index(frame)
        functionName = wasmtime_frame_func_name(frame).map { String(borrowed: $0) }
        moduleName = wasmtime_frame_module_name(frame).map { String(borrowed: $0) }
        moduleOffset = wasm_frame_module_offset(frame)
    }

    /// Takes the frames that `fill` writes, innermost first.
    static func list(filledBy fill: (UnsafeMutablePointer<wasm_frame_vec_t>) -> Void) -> [Frame] {
        var raw = wasm_frame_vec_t(size: 0, data: nil)
        fill(&raw)
        defer { wasm_frame_vec_delete(&raw) }
        return UnsafeBufferPointer(start: raw.data, count: raw.size).map { Frame($0) }
    }
}
