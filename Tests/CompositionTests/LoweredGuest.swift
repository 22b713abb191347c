import Wasm

@testable import Composition

/// What a component is lowered to, with a host for it: `say` of `test:service/log` takes a number down,
/// `get-arguments` gives two texts.
struct LoweredGuest {
    static let known: Set<String> = [
        "test:service/log#say", "wasi:cli/environment#get-arguments", "resource#drop",
    ]

    let bytes: [UInt8]
    let module: Module
    private let engine: Engine

    /// Nil if it is not lowered.
    ///
    /// - Throws: ``EngineError`` if the engine does not take the component, or what it is lowered to.
    init?(_ text: String) throws {
        engine = try Config().makeEngine()
        var text = text
        let component = try text.withUTF8 { try assemble(UnsafeRawBufferPointer($0)) }
        let engine = engine
        let lowered = try component.withUnsafeBytes { bytes in
            _ = try Component(compiling: bytes, with: engine)
            return Self.lowered(bytes)
        }
        guard let lowered else { return nil }
        bytes = lowered
        module = try lowered.withUnsafeBytes { (bytes) throws(EngineError) in try Module(compiling: bytes, with: engine)
        }
    }

    static func lowered(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        LoweredComponent.module(of: bytes, handling: "test:service/handler", knowing: known)
    }

    /// What it says from its making to the end of one call.
    func run() throws -> [UInt32] {
        final class Said { var numbers: [UInt32] = [] }
        let said = Said()
        let linker = Linker(engine)
        let say = CoreFunction(module: "test:service/log", name: "say", parameters: [.i32], result: nil) {
            (call) throws(EngineError) in said.numbers.append(call.u32(0))
        }
        let arguments = CoreFunction(
            module: "wasi:cli/environment", name: "get-arguments", parameters: [.i32], result: nil
        ) { (call) throws(EngineError) in
            let list = try call.give(["one", "two"], size: 8, alignment: 4) { (text) throws(EngineError) in
                let given = try call.give(text)
                return { $0.put(given, at: 0) }
            }
            try call.place(0, count: 8, alignment: 4).put(list, at: 0)
        }
        for function in [say, arguments] { try linker.define(function) }
        let guest = CoreGuest(said)
        let instance = try linker.link(module).instantiate(in: Store(engine, data: guest))
        try instance.lend(
            memory: LoweredComponent.Name.memory, realloc: LoweredComponent.Name.realloc, to: guest)
        try instance.function(LoweredComponent.Name.initialize)?.call()
        try instance.function(LoweredComponent.Name.handle)?.call()
        return said.numbers
    }
}
