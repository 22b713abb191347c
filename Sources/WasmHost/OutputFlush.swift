internal import Wasm

/// Brings out what a component has written to its standard output but has not flushed.
///
/// wasmtime hands a component's writes to the buffered standard output of Rust's library, where what follows the last
/// line feed stays until somebody flushes. A Rust program does so as it ends; this process is none, and the C API has
/// no call for it. So a component of our own is run after the guest: its `wasi:io/streams` flush empties that very
/// buffer. (Preview 1 flushes at each write.)
enum OutputFlush {
    static let text = """
        (component
          (import "wasi:io/error@0.2.0" (instance $errors (export "error" (type (sub resource)))))
          (alias export $errors "error" (type $error))
          (import "wasi:io/streams@0.2.0" (instance $streams
            (export "output-stream" (type $stream (sub resource)))
            (alias outer 1 $error (type $outer))
            (export "error" (type $inner (eq $outer)))
            (type $failure (variant (case "last-operation-failed" (own $inner)) (case "closed")))
            (export "stream-error" (type $stream-error (eq $failure)))
            (export "[method]output-stream.flush"
              (func (param "self" (borrow $stream)) (result (result (error $stream-error)))))))
          (alias export $streams "output-stream" (type $stream))
          (import "wasi:cli/stdout@0.2.0" (instance $stdout
            (alias outer 1 $stream (type $outer))
            (export "output-stream" (type $inner (eq $outer)))
            (export "get-stdout" (func (result (own $inner))))))
          (core module $memory (memory (export "memory") 1))
          (core instance $memory (instantiate $memory))
          (core func $get (canon lower (func $stdout "get-stdout")))
          (core func $flush
            (canon lower (func $streams "[method]output-stream.flush") (memory $memory "memory")))
          (core module $main
            (import "" "get" (func $get (result i32)))
            (import "" "flush" (func $flush (param i32 i32)))
            (func (export "flush") (call $flush (call $get) (i32.const 0))))
          (core instance $main
            (instantiate $main (with "" (instance (export "get" (func $get)) (export "flush" (func $flush))))))
          (func (export "flush") (canon lift (core func $main "flush"))))
        """

    /// Runs the component of ``text``. Nothing is left to do if it fails: nobody reads the output any more.
    static func run(_ component: Component, host: GuestHost) {
        let world = WASIConfiguration()
        world.inheritStandardStreams()
        let store = Store(host.engine)
        do throws(EngineError) {
            try store.setWASI(world)
            if let fuel = host.configuration.fuel { try store.setFuel(max(fuel, 10_000)) }
            if host.configuration.epochInterruption { store.setEpochDeadline(ticks: .max / 2) }
            let instance = try host.componentLinker().instantiate(component, in: store)
            if let flush = component.export("flush") {
                _ = try instance.function(flush)?.call(hasResult: false)
            }
        } catch {}
    }
}
