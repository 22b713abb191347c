internal import CWasmtime

/// What the engine answers when it can't do what it was asked: an error or a trap of the C API, taken over
/// into a value and freed.
package struct EngineError: Error, Equatable {
    /// What was asked of the engine.
    package enum Operation: String, Equatable, Sendable {
        case parseText = "parse the text of the module"
        case createEngine = "create the engine"
        case compile = "compile"
        case serialize = "serialize"
        case deserialize = "deserialize"
        case link = "link"
        case configureStore = "configure the store"
        case instantiate = "instantiate"
        case call = "call"
        case profile = "write the profile"
    }

    package let operation: Operation
    /// The engine's own words: a headline, then what caused it, over several lines.
    package let message: String
    /// The guest's exit status, if this "error" is the guest's call of `proc_exit` or `wasi:cli/exit`.
    package var exitStatus: Int32?
    /// Why the guest was stopped, where the engine says so: a core module's call does, a component's does not.
    package var trapCode: TrapCode?
    /// The guest's stack, innermost first; empty when no guest code was running.
    package var frames: [Frame] = []

    package init(operation: Operation, message: String) {
        self.operation = operation
        self.message = message
    }

    /// Takes over a `wasmtime_error_t`.
    init(consuming error: OpaquePointer, _ operation: Operation) {
        self.init(
            operation: operation, message: ByteVector { wasmtime_error_message(error, $0) }.text)
        var status: Int32 = 0
        if wasmtime_error_exit_status(error, &status) {
            exitStatus = status
        }
        frames = Frame.list { wasmtime_error_wasm_trace(error, $0) }
        wasmtime_error_delete(error)
    }

    /// Takes over a `wasm_trap_t`.
    init(consumingTrap trap: OpaquePointer, _ operation: Operation) {
        var message = ByteVector { wasm_trap_message(trap, $0) }.text
        // The C API ends a trap's message with a NUL.
        while message.last == "\0" {
            message.removeLast()
        }
        self.init(operation: operation, message: message)
        var code: wasmtime_trap_code_t = 0
        if wasmtime_trap_code(trap, &code) {
            trapCode = TrapCode(rawValue: code)
        }
        frames = Frame.list { wasm_trap_trace(trap, $0) }
        wasm_trap_delete(trap)
    }

    /// Throws if the C API returned an error.
    static func check(_ error: OpaquePointer?, _ operation: Operation) throws(EngineError) {
        if let error {
            throw EngineError(consuming: error, operation)
        }
    }

    /// Throws if the C API returned an error or set a trap.
    static func check(
        _ error: OpaquePointer?, trap: OpaquePointer?, _ operation: Operation
    ) throws(EngineError) {
        try check(error, operation)
        if let trap {
            throw EngineError(consumingTrap: trap, operation)
        }
    }
}

extension EngineError: CustomStringConvertible {
    package var description: String { "can't \(operation.rawValue): \(Self.sentence(message))" }

    /// The engine's words as one line: the headline, then each cause after a colon. A message that shows a place in a
    /// text keeps its lines, but for an empty one at its end.
    package static func sentence(_ message: String) -> String {
        var lines = message.split(separator: "\n").map { $0.drop { $0 == " " } }
        guard !message.contains("-->") else {
            return message.split(separator: "\n", omittingEmptySubsequences: true).joined(separator: "\n")
        }
        lines.removeAll { $0 == "Caused by:" || $0.isEmpty }
        let parts = lines.map { line in
            // Several causes are numbered.
            guard let colon = line.firstIndex(of: ":"), line[..<colon].allSatisfy(\.isNumber) else { return line }
            return line[line.index(after: colon)...].drop { $0 == " " }
        }
        return parts.joined(separator: ": ")
    }
}

extension EngineError {
    /// Whether the store's limit of instances was met: the imports have been resolved and checked by then.
    package var isInstanceLimit: Bool {
        operation == .instantiate && message.contains("resource limit exceeded: instance")
    }
}
