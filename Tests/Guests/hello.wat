;; Says hello with nothing but WASI's fd_write, and has functions to be named as `module.wat#function`.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "hello from WAT\n")
  (data (i32.const 96) "greetings from WAT\n")

  (func $say (param $text i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $text))
    (i32.store (i32.const 4) (local.get $length))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))

  (func (export "_start") (call $say (i32.const 64) (i32.const 15)))
  (func (export "greet") (call $say (i32.const 96) (i32.const 19)))

  ;; A trap with a name in its backtrace.
  (func $inner unreachable)
  (func (export "fail") (call $inner))

  ;; Not callable without arguments.
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
