/// A component of ours beside a guest that prints: it opens the file that the guest is to print into, through the root
/// directory that the guest has too. Only wasmtime can make a stream, and its own standard streams are taken: by the
/// response's body, and by what the engine itself says.
enum LogComponent {
    static let text = """
        (component
          (import "wasi:io/error@0.2.0" (instance $errors (export "error" (type (sub resource)))))
          (import "wasi:io/streams@0.2.0" (instance $streams (export "output-stream" (type (sub resource)))))
          (alias export $streams "output-stream" (type $output))
          (import "wasi:filesystem/types@0.2.0" (instance $files
            (export "descriptor" (type $descriptor (sub resource)))
            (alias outer 1 $output (type $outer)) (export "output-stream" (type $stream (eq $outer)))
            (type $path-flags' (flags "symlink-follow"))
            (export "path-flags" (type $path-flags (eq $path-flags')))
            (type $open-flags' (flags "create" "directory" "exclusive" "truncate"))
            (export "open-flags" (type $open-flags (eq $open-flags')))
            (type $descriptor-flags' (flags "read" "write" "file-integrity-sync" "data-integrity-sync"
              "requested-write-sync" "mutate-directory"))
            (export "descriptor-flags" (type $descriptor-flags (eq $descriptor-flags')))
            (type $error-code' (enum "access" "would-block" "already" "bad-descriptor" "busy" "deadlock" "quota" "exist"
              "file-too-large" "illegal-byte-sequence" "in-progress" "interrupted" "invalid" "io" "is-directory" "loop"
              "too-many-links" "message-size" "name-too-long" "no-device" "no-entry" "no-lock" "insufficient-memory"
              "insufficient-space" "not-directory" "not-empty" "not-recoverable" "unsupported" "no-tty" "no-such-device"
              "overflow" "not-permitted" "pipe" "read-only" "invalid-seek" "text-file-busy" "cross-device"))
            (export "error-code" (type $error-code (eq $error-code')))
            (export "[method]descriptor.append-via-stream" (func (param "self" (borrow $descriptor))
              (result (result (own $stream) (error $error-code)))))
            (export "[method]descriptor.open-at" (func (param "self" (borrow $descriptor))
              (param "path-flags" $path-flags)
              (param "path" string) (param "open-flags" $open-flags) (param "flags" $descriptor-flags)
              (result (result (own $descriptor) (error $error-code)))))))
          (alias export $files "descriptor" (type $descriptor))
          (import "wasi:filesystem/preopens@0.2.0" (instance $preopens
            (alias outer 1 $descriptor (type $outer)) (export "descriptor" (type $descriptor (eq $outer)))
            (export "get-directories" (func (result (list (tuple (own $descriptor) string)))))))
        \(HelperMemory.text)
          (core func $directories
            (canon lower (func $preopens "get-directories") (memory $memory) (realloc $realloc)))
          (core func $open (canon lower (func $files "[method]descriptor.open-at") (memory $memory)))
          (core func $append (canon lower (func $files "[method]descriptor.append-via-stream") (memory $memory)))
          (core func $drop (canon resource.drop $descriptor))
          (core module $main
            (import "" "memory" (memory 1))
            (import "" "directories" (func $directories (param i32)))
            (import "" "open" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
            (import "" "append" (func $append (param i32 i32)))
            (import "" "drop" (func $drop (param i32)))
            ;; The root comes first; those that follow are not needed.
            (func $root (result i32) (local $list i32) (local $end i32)
              (call $directories (i32.const 0))
              (if (i32.eqz (i32.load (i32.const 4))) (then (return (i32.const 0))))
              (local.set $list (i32.load (i32.const 0)))
              (local.set $end (i32.add (local.get $list) (i32.mul (i32.load (i32.const 4)) (i32.const 12))))
              (i32.load (local.get $list))
              (loop $each
                (local.set $list (i32.add (local.get $list) (i32.const 12)))
                (if (i32.lt_u (local.get $list) (local.get $end))
                  (then (call $drop (i32.load (local.get $list))) (br $each)))))
            ;; 0 if it can't be opened.
            (func (export "open") (param $path i32) (param $length i32) (result i32) (local $root i32)
              (if (i32.eqz (local.tee $root (call $root))) (then (return (i32.const 0))))
              (call $open (local.get $root) (i32.const 0) (local.get $path) (local.get $length) (i32.const 0)
                (i32.const 2)
                (i32.const 0))
              (call $drop (local.get $root))
              (if (result i32) (i32.load8_u (i32.const 0)) (then (i32.const 0)) (else (i32.load (i32.const 4)))))
            (func (export "append") (param $file i32) (result i32)
              (call $append (local.get $file) (i32.const 0))
              (if (i32.load8_u (i32.const 0)) (then (unreachable)))
              (i32.load (i32.const 4))))
          (core instance $main (instantiate $main (with "" (instance
            (export "memory" (memory $memory)) (export "directories" (func $directories))
            (export "open" (func $open)) (export "append" (func $append)) (export "drop" (func $drop))))))
          (func (export "open") (param "path" string) (result u32)
            (canon lift (core func $main "open") (memory $memory) (realloc $realloc)))
          (func (export "append") (param "file" u32) (result (own $output)) (canon lift (core func $main "append"))))
        """
}
