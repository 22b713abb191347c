/// A component of ours beside each guest that is served, with wasmtime's own WASI: it hands out what only wasmtime can
/// make: streams over the store's standard input, output and error, and pollables.
enum HelperComponent {
    static let text = """
        (component
          (import "wasi:io/error@0.2.0" (instance $errors (export "error" (type (sub resource)))))
          (import "wasi:io/poll@0.2.0" (instance $poll (export "pollable" (type (sub resource)))))
          (import "wasi:io/streams@0.2.0" (instance $streams
            (export "output-stream" (type (sub resource)))
            (export "input-stream" (type (sub resource)))))
          (alias export $poll "pollable" (type $pollable))
          (alias export $streams "output-stream" (type $output))
          (alias export $streams "input-stream" (type $input))
          (import "wasi:cli/stdin@0.2.0" (instance $stdin
            (alias outer 1 $input (type $outer)) (export "input-stream" (type $inner (eq $outer)))
            (export "get-stdin" (func (result (own $inner))))))
          (import "wasi:cli/stdout@0.2.0" (instance $stdout
            (alias outer 1 $output (type $outer)) (export "output-stream" (type $inner (eq $outer)))
            (export "get-stdout" (func (result (own $inner))))))
          (import "wasi:cli/stderr@0.2.0" (instance $stderr
            (alias outer 1 $output (type $outer)) (export "output-stream" (type $inner (eq $outer)))
            (export "get-stderr" (func (result (own $inner))))))
          (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
            (alias outer 1 $pollable (type $outer)) (export "pollable" (type $inner (eq $outer)))
            (export "subscribe-duration" (func (param "when" u64) (result (own $inner))))))
          (core func $in (canon lower (func $stdin "get-stdin")))
          (core func $out (canon lower (func $stdout "get-stdout")))
          (core func $err (canon lower (func $stderr "get-stderr")))
          (core func $wait (canon lower (func $clock "subscribe-duration")))
          (core module $main
            (import "" "in" (func $in (result i32)))
            (import "" "out" (func $out (result i32)))
            (import "" "err" (func $err (result i32)))
            (import "" "wait" (func $wait (param i64) (result i32)))
            (func (export "in") (result i32) (call $in))
            (func (export "out") (result i32) (call $out))
            (func (export "err") (result i32) (call $err))
            (func (export "wait") (param i64) (result i32) (call $wait (local.get 0))))
          (core instance $main (instantiate $main (with "" (instance
            (export "in" (func $in)) (export "out" (func $out)) (export "err" (func $err))
            (export "wait" (func $wait))))))
          (func (export "in") (result (own $input)) (canon lift (core func $main "in")))
          (func (export "out") (result (own $output)) (canon lift (core func $main "out")))
          (func (export "err") (result (own $output)) (canon lift (core func $main "err")))
          (func (export "wait") (param "nanoseconds" u64) (result (own $pollable))
            (canon lift (core func $main "wait"))))
        """
}
