/// Components of ours beside each guest that is served, with wasmtime's own WASI: they hand out what only wasmtime can
/// make. A guest gets those that it needs: an instance takes the longer, the more it imports.
enum StreamComponents {
    /// `in` gives a stream over the store's standard input.
    static let input = stream("input-stream", "wasi:cli/stdin@0.2.0", "get-stdin", as: "in")
    /// `out` gives a stream over the store's standard output.
    static let output = stream("output-stream", "wasi:cli/stdout@0.2.0", "get-stdout", as: "out")

    private static func stream(_ resource: String, _ interface: String, _ function: String, as name: String) -> String {
        """
        (component
          (import "wasi:io/streams@0.2.0" (instance $streams (export "\(resource)" (type (sub resource)))))
          (alias export $streams "\(resource)" (type $stream))
          (import "\(interface)" (instance $standard
            (alias outer 1 $stream (type $outer)) (export "\(resource)" (type $inner (eq $outer)))
            (export "\(function)" (func (result (own $inner))))))
          (core func $get (canon lower (func $standard "\(function)")))
          (core module $main
            (import "" "get" (func $get (result i32)))
            (func (export "get") (result i32) (call $get)))
          (core instance $main (instantiate $main (with "" (instance (export "get" (func $get))))))
          (func (export "\(name)") (result (own $stream)) (canon lift (core func $main "get"))))
        """
    }

    /// `err` gives a stream over the store's standard error, and `wait` a pollable.
    static let others = """
        (component
          (import "wasi:io/poll@0.2.0" (instance $poll (export "pollable" (type (sub resource)))))
          (import "wasi:io/streams@0.2.0" (instance $streams (export "output-stream" (type (sub resource)))))
          (alias export $poll "pollable" (type $pollable))
          (alias export $streams "output-stream" (type $output))
          (import "wasi:cli/stderr@0.2.0" (instance $stderr
            (alias outer 1 $output (type $outer)) (export "output-stream" (type $inner (eq $outer)))
            (export "get-stderr" (func (result (own $inner))))))
          (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
            (alias outer 1 $pollable (type $outer)) (export "pollable" (type $inner (eq $outer)))
            (export "subscribe-duration" (func (param "when" u64) (result (own $inner))))))
          (core func $err (canon lower (func $stderr "get-stderr")))
          (core func $wait (canon lower (func $clock "subscribe-duration")))
          (core module $main
            (import "" "err" (func $err (result i32)))
            (import "" "wait" (func $wait (param i64) (result i32)))
            (func (export "err") (result i32) (call $err))
            (func (export "wait") (param i64) (result i32) (call $wait (local.get 0))))
          (core instance $main (instantiate $main (with "" (instance
            (export "err" (func $err)) (export "wait" (func $wait))))))
          (func (export "err") (result (own $output)) (canon lift (core func $main "err")))
          (func (export "wait") (param "nanoseconds" u64) (result (own $pollable))
            (canon lift (core func $main "wait"))))
        """
}
