import CWasmtime
import Testing

@testable import Wasm

struct TracedLinkerTests {
    private func module(_ text: String, _ engine: Engine) throws -> Module {
        let bytes = try Array(text.utf8).withUnsafeBytes { text throws(EngineError) in try assemble(text) }
        return try bytes.withUnsafeBytes { bytes throws(EngineError) in try Module(compiling: bytes, with: engine) }
    }

    private let functions: [(name: String, parameters: [String], result: String?)] = [
        ("fd_prestat_get", ["i32", "i32"], "i32"), ("random_get", ["i32", "i32"], "i32"), ("proc_exit", ["i32"], nil),
    ]

    private func run(_ text: String, observer: @escaping TracedLinker.Observer) throws {
        let engine = try Config().makeEngine()
        let trampoline = try module(
            TracedLinker.trampoline(for: "wasi_snapshot_preview1", functions: functions), engine)
        let linker = try TracedLinker(
            engine, trampolines: ["wasi_snapshot_preview1": trampoline], observer: observer)
        let store = Store(engine)
        try store.setWASI(WASIConfiguration())
        let instance = try linker.link(module(text, engine)).instantiate(in: store)
        try instance.function("_start")?.call()
    }

    @Test func callsAreSeenWithArgumentsAndResults() throws {
        var seen: [String] = []
        try run(
            """
            (module
              (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
              (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
              (memory (export "memory") 1)
              (data (i32.const 8) "before")
              (func (export "_start")
                (drop (call $random (i32.const 64) (i32.const 16)))
                (drop (call $prestat (i32.const 99) (i32.const 0)))))
            """
        ) { call, make in
            let text = call.memory.bytes(at: 8, count: 6).map { String(decoding: $0, as: UTF8.self) }
            #expect(text == "before" && call.memory.bytes(at: 65530, count: 10) == nil)
            let end = make()
            if case .returned(let value) = end {
                seen.append("\(call.module).\(call.name) \(call.arguments) \(value ?? 99)")
            }
            if call.name == "random_get" {
                #expect(call.memory.bytes(at: 64, count: 16)?.contains { $0 != 0 } == true)
            }
            return end
        }
        #expect(
            seen == ["wasi_snapshot_preview1.random_get [64, 16] 0", "wasi_snapshot_preview1.fd_prestat_get [99, 0] 8"])
    }

    /// The start function runs before the instance can be had.
    @Test func callsOfTheStartFunctionAreSeen() throws {
        var count = 0
        try run(
            """
            (module
              (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
              (memory (export "memory") 1)
              (func $go (drop (call $random (i32.const 0) (i32.const 4))))
              (start $go) (func (export "_start") (call $go)))
            """
        ) { _, make in
            count += 1
            return make()
        }
        #expect(count == 2)
    }

    @Test func anExitIsToldWithItsStatusAndAFailureWithItsReason() throws {
        var ends: [String] = []
        let exit = """
            (module
              (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
              (memory (export "memory") 1) (func (export "_start") (call $exit (i32.const 7))))
            """
        #expect(throws: EngineError.self) {
            try run(exit) { _, make in
                let end = make()
                if case .exited(let status) = end { ends.append("exit \(status)") }
                return end
            }
        }
        // Without a memory the host's function has nothing to write to.
        let blind = """
            (module
              (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
              (func (export "_start") (drop (call $random (i32.const 0) (i32.const 4)))))
            """
        let error = try #require(throws: EngineError.self) {
            try run(blind) { _, make in
                let end = make()
                if case .failed(let message) = end { ends.append(message) }
                return end
            }
        }
        #expect(ends.first == "exit 7" && ends.last?.contains("memory") == true)
        #expect(error.message.contains("memory"))
    }
}
