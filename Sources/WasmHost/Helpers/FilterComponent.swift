/// A component of ours beside a command that sends HTTP requests where not all authorities may be asked: it tells what a
/// request of wasmtime's is for, and has wasmtime send it.
enum FilterComponent {
    /// `target` answers with the scheme (0: HTTP, 1: HTTPS, which is meant where none is named, 2: another) and the
    /// authority; `handle` is wasmtime's.
    static let text = """
        (component
          (import "wasi:io/poll@0.2.0" (instance $poll (export "pollable" (type (sub resource)))))
          (import "wasi:io/error@0.2.0" (instance $errors (export "error" (type (sub resource)))))
          (import "wasi:io/streams@0.2.0" (instance $streams
            (export "output-stream" (type (sub resource)))
            (export "input-stream" (type (sub resource)))))
          (alias export $poll "pollable" (type $pollable))
          (alias export $streams "output-stream" (type $output))
          (alias export $streams "input-stream" (type $input))
        \(ClientInterfaces.text)
        \(HelperMemory.text)
          (core func $scheme
            (canon lower (func $http "[method]outgoing-request.scheme") (memory $memory) (realloc $realloc)))
          (core func $authority
            (canon lower (func $http "[method]outgoing-request.authority") (memory $memory) (realloc $realloc)))
          (core func $handle (canon lower (func $handler "handle") (memory $memory) (realloc $realloc)))
          (core func $drop (canon resource.drop $request))
          (core module $main
            (import "" "memory" (memory 1))
            (import "" "scheme" (func $scheme (param i32 i32)))
            (import "" "authority" (func $authority (param i32 i32)))
            (import "" "handle" (func $handle (param i32 i32 i32 i32)))
            (import "" "drop" (func $drop (param i32)))
            (func (export "target") (param $request i32) (result i32)
              (call $authority (local.get $request) (i32.const 16))
              (call $scheme (local.get $request) (i32.const 32))
              (call $drop (local.get $request))
              (i32.store8 (i32.const 0)
                (if (result i32) (i32.load8_u (i32.const 32)) (then (i32.load8_u (i32.const 36))) (else (i32.const 1))))
              (i32.store (i32.const 4) (i32.load (i32.const 20)))
              (i32.store (i32.const 8)
                (if (result i32) (i32.load8_u (i32.const 16)) (then (i32.load (i32.const 24))) (else (i32.const 0))))
              (i32.const 0))
            (func (export "handle") (param $request i32) (param $has-options i32) (param $options i32) (result i32)
              (call $handle (local.get $request) (local.get $has-options) (local.get $options) (i32.const 64))
              (i32.const 64)))
          (core instance $main (instantiate $main (with "" (instance
            (export "memory" (memory $memory)) (export "scheme" (func $scheme))
            (export "authority" (func $authority)) (export "handle" (func $handle)) (export "drop" (func $drop))))))
          (func (export "target") (param "request" (borrow $request)) (result (tuple u8 string))
            (canon lift (core func $main "target") (memory $memory)))
          (func (export "handle") (param "request" (own $request)) (param "options" (option (own $options)))
            (result (result (own $future) (error $error-code)))
            (canon lift (core func $main "handle") (memory $memory))))
        """
}
