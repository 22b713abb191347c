internal import CWasmtime

/// The kind of thing that a core module imports or exports.
package enum ExternKind: Equatable, Sendable {
    /// A function with so many parameters and results.
    case function(parameters: Int, results: Int)
    case global, table, memory, tag

    init(_ type: OpaquePointer?) {
        switch Int(wasm_externtype_kind(type)) {
        case WASM_EXTERN_GLOBAL: self = .global
        case WASM_EXTERN_TABLE: self = .table
        case WASM_EXTERN_MEMORY: self = .memory
        case WASM_EXTERN_TAG: self = .tag
        default:
            let function = wasm_externtype_as_functype_const(type)
            self = .function(
                parameters: wasm_functype_params(function)?.pointee.size ?? 0,
                results: wasm_functype_results(function)?.pointee.size ?? 0)
        }
    }

    /// The kind's name, as in the text format.
    package var name: String {
        switch self {
        case .function: "func"
        case .global: "global"
        case .table: "table"
        case .memory: "memory"
        case .tag: "tag"
        }
    }
}

/// One import of a core module.
package struct ImportType: Equatable, Sendable {
    package let module: String
    package let name: String
    package let kind: ExternKind

    init(_ type: OpaquePointer?) {
        module = String(borrowed: wasm_importtype_module(type))
        name = String(borrowed: wasm_importtype_name(type))
        kind = ExternKind(wasm_importtype_type(type))
    }
}

/// One export of a core module.
package struct ExportType: Equatable, Sendable {
    package let name: String
    package let kind: ExternKind

    init(_ type: OpaquePointer?) {
        name = String(borrowed: wasm_exporttype_name(type))
        kind = ExternKind(wasm_exporttype_type(type))
    }
}
