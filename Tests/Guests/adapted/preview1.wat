;; An adapter from the part of WASI preview 1 that adapted.c has need of to WASI 0.2, as `wasm-tools component new`
;; takes one: it has the main module's memory and none of its own, and lets the host put what it gives where it says
;; itself.
(module
  (import "env" "memory" (memory 0))
  (import "__main_module__" "cabi_realloc" (func $main_realloc (param i32 i32 i32 i32) (result i32)))
  (import "wasi:cli/environment@0.2.0" "get-environment" (func $get_environment (param i32)))
  (import "wasi:cli/exit@0.2.0" "exit" (func $exit (param i32)))
  (import "wasi:cli/stdout@0.2.0" "get-stdout" (func $get_stdout (result i32)))
  (import "wasi:cli/stderr@0.2.0" "get-stderr" (func $get_stderr (result i32)))
  (import "wasi:io/streams@0.2.0" "[method]output-stream.blocking-write-and-flush"
    (func $write (param i32 i32 i32 i32)))
  (import "wasi:io/streams@0.2.0" "[resource-drop]output-stream" (func $drop_stream (param i32)))

  ;; 64 KiB: 64 bytes for results, then what the host gives, until the next call.
  (global $page (mut i32) (i32.const 0))
  (global $used (mut i32) (i32.const 0))

  (func $begin
    (if (i32.eqz (global.get $page))
      (then (global.set $page
        (call $main_realloc (i32.const 0) (i32.const 0) (i32.const 16) (i32.const 65536)))))
    (global.set $used (i32.const 64)))

  (func $import_realloc (export "cabi_import_realloc")
    (param $old i32) (param $had i32) (param $align i32) (param $size i32) (result i32)
    (local $place i32)
    (local.set $place
      (i32.and
        (i32.add (global.get $used) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
    (global.set $used (i32.add (local.get $place) (local.get $size)))
    (if (i32.or (local.get $had) (i32.gt_u (global.get $used) (i32.const 65536))) (then unreachable))
    (i32.add (global.get $page) (local.get $place)))

  ;; Where the variables are; their number is at page + 4.
  (func $variables (result i32)
    (local $list i32)
    (call $begin)
    (call $get_environment (global.get $page))
    (local.set $list (i32.load (global.get $page)))
    ;; What was put elsewhere was not put by the function above.
    (if (i32.ge_u (i32.sub (local.get $list) (global.get $page)) (i32.const 65536)) (then unreachable))
    (local.get $list))

  (func (export "environ_sizes_get") (param $count i32) (param $bytes i32) (result i32)
    (local $variable i32) (local $end i32) (local $sum i32)
    (local.set $variable (call $variables))
    (local.set $end
      (i32.add (local.get $variable) (i32.shl (i32.load offset=4 (global.get $page)) (i32.const 4))))
    (i32.store (local.get $count) (i32.load offset=4 (global.get $page)))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $variable) (local.get $end)))
        ;; Two more: for the equals sign and the end.
        (local.set $sum
          (i32.add
            (i32.add (local.get $sum) (i32.const 2))
            (i32.add (i32.load offset=4 (local.get $variable)) (i32.load offset=12 (local.get $variable)))))
        (local.set $variable (i32.add (local.get $variable) (i32.const 16)))
        (br $next)))
    (i32.store (local.get $bytes) (local.get $sum))
    (i32.const 0))

  ;; Copies a string, and a byte after it.
  (func $append (param $to i32) (param $string i32) (param $last i32) (result i32)
    (local $length i32)
    (local.set $length (i32.load offset=4 (local.get $string)))
    (memory.copy (local.get $to) (i32.load (local.get $string)) (local.get $length))
    (local.set $to (i32.add (local.get $to) (local.get $length)))
    (i32.store8 (local.get $to) (local.get $last))
    (i32.add (local.get $to) (i32.const 1)))

  (func (export "environ_get") (param $pointers i32) (param $text i32) (result i32)
    (local $variable i32) (local $end i32)
    (local.set $variable (call $variables))
    (local.set $end
      (i32.add (local.get $variable) (i32.shl (i32.load offset=4 (global.get $page)) (i32.const 4))))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $variable) (local.get $end)))
        (i32.store (local.get $pointers) (local.get $text))
        (local.set $text (call $append (local.get $text) (local.get $variable) (i32.const 61)))
        (local.set $text
          (call $append (local.get $text) (i32.add (local.get $variable) (i32.const 8)) (i32.const 0)))
        (local.set $pointers (i32.add (local.get $pointers) (i32.const 4)))
        (local.set $variable (i32.add (local.get $variable) (i32.const 16)))
        (br $next)))
    (i32.const 0))

  ;; Bytes in pieces of what one call takes at most.
  (func $write_all (param $stream i32) (param $bytes i32) (param $length i32)
    (local $part i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $length)))
        (local.set $part
          (select (local.get $length) (i32.const 4096) (i32.lt_u (local.get $length) (i32.const 4096))))
        (call $write (local.get $stream) (local.get $bytes) (local.get $part) (global.get $page))
        (local.set $bytes (i32.add (local.get $bytes) (local.get $part)))
        (local.set $length (i32.sub (local.get $length) (local.get $part)))
        (br $next))))

  (func (export "fd_write") (param $fd i32) (param $pieces i32) (param $count i32) (param $written i32) (result i32)
    (local $stream i32) (local $sum i32)
    ;; badf.
    (if (i32.ge_u (i32.sub (local.get $fd) (i32.const 1)) (i32.const 2)) (then (return (i32.const 8))))
    (call $begin)
    (local.set $stream
      (if (result i32) (i32.eq (local.get $fd) (i32.const 1)) (then (call $get_stdout)) (else (call $get_stderr))))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (call $write_all
          (local.get $stream) (i32.load (local.get $pieces)) (i32.load offset=4 (local.get $pieces)))
        (local.set $sum (i32.add (local.get $sum) (i32.load offset=4 (local.get $pieces))))
        (local.set $pieces (i32.add (local.get $pieces) (i32.const 8)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
    (call $drop_stream (local.get $stream))
    (i32.store (local.get $written) (local.get $sum))
    (i32.const 0))

  (func (export "fd_fdstat_get") (param $fd i32) (param $stat i32) (result i32)
    (memory.fill (local.get $stat) (i32.const 0) (i32.const 24))
    (i32.const 0))
  (func (export "fd_close") (param i32) (result i32) (i32.const 0))
  ;; spipe.
  (func (export "fd_seek") (param i32 i64 i32 i32) (result i32) (i32.const 70))
  (func (export "proc_exit") (param $status i32)
    (call $exit (i32.ne (local.get $status) (i32.const 0)))
    unreachable))
