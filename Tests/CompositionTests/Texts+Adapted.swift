extension Texts {
    /// A service of modules, among them the instance `$m` that exports `work`; `$host` exports `say`.
    static func modules(_ modules: String) -> String {
        """
        (component
          (import "test:service/log@0.2.0" (instance $log (export "say" (func (param "value" u32)))))
          (core func $say (canon lower (func $log "say")))
          (core instance $host (export "say" (func $say)))
          \(modules)
          \(lift))
        """
    }

    private static let work = """
        (call $arguments (i32.const 16)) (call $say (i32.load (i32.const 16)))
        (call $adapted)
        (call $arguments (i32.const 16)) (call $say (i32.load (i32.const 16)))
        (call $say (i32.const 7))
        """

    /// A service with an adapter, as wit-component wires one. Each asks for the arguments, which each lets be put where it
    /// says itself, and says where they are.
    static func adapted(
        work: String = work,
        adapted: String = "(call $arguments (i32.const 24)) (call $say (i32.load (i32.const 24)))",
        given: String = #"(memory $m "memory") (realloc (func $a "cabi_import_realloc"))"#, fixup: String = "",
        before: String = "", more: String = ""
    ) -> String {
        """
        (component
          (import "test:service/log@0.2.0" (instance $log (export "say" (func (param "value" u32)))))
          (import "wasi:cli/environment@0.2.3" (instance $environment
            (export "get-arguments" (func (result (list string))))))
          (core module $main
            (@name "main")
            (import "environment" "get" (func $arguments (param i32)))
            (import "p1" "adapted" (func $adapted))
            (import "log" "say" (func $say (param i32)))
            (memory (export "memory") 1)
            (global $used (mut i32) (i32.const 4032))
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
              ;; The texts of a list are put after it; the next is 64 bytes on.
              (if (i32.eq (local.get 2) (i32.const 4))
                (then (global.set $used (i32.add (global.get $used) (i32.const 64)))))
              (i32.add (global.get $used) (select (i32.const 0) (i32.const 32) (i32.eq (local.get 2) (i32.const 4)))))
            (func (export "other_realloc") (param i32 i32 i32 i32) (result i32) i32.const 2048)
            (func (export "start") (call $say (i32.const 99)))
            (func $work (export "work") \(work)))
          (core module $adapter
            (import "env" "memory" (memory 0))
            (import "environment" "get" (func $arguments (param i32)))
            (import "log" "say" (func $say (param i32)))
            (func $inner unreachable)
            (func (export "cabi_import_realloc") (param i32 i32 i32 i32) (result i32) i32.const 8192)
            (func $adapted_function (export "adapted") \(adapted)))
          (core module $shim
            (table (export "$imports") 3 funcref)
            (func (export "0") (param i32) local.get 0 i32.const 0 (call_indirect (param i32)))
            (func (export "1") (param i32) local.get 0 i32.const 1 (call_indirect (param i32)))
            (func (export "2") i32.const 2 call_indirect))
          (core module $fixup
            (import "" "0" (func (param i32)))
            (import "" "1" (func (param i32)))
            (import "" "2" (func))
            \(fixup)
            (import "" "$imports" (table 3 funcref))
            (elem (i32.const 0) func 0 1 2))
          (core instance $s (instantiate $shim))
          (core func $say (canon lower (func $log "say")))
          (core instance $m (instantiate $main
            (with "environment" (instance (export "get" (func $s "0"))))
            (with "p1" (instance (export "adapted" (func $s "2"))))
            (with "log" (instance (export "say" (func $say))))))
          (alias core export $m "memory" (core memory $memory))
          (core instance $env (export "memory" (memory $memory)))
          (core instance $a (instantiate $adapter
            (with "env" (instance $env))
            (with "environment" (instance (export "get" (func $s "1"))))
            (with "log" (instance (export "say" (func $say))))))
          (core func $arguments (canon lower (func $environment "get-arguments")
            (memory $m "memory") (realloc (func $m "cabi_realloc"))))
          \(before)
          (core func $given (canon lower (func $environment "get-arguments") \(given)))
          (core instance (instantiate $fixup (with "" (instance
            (export "0" (func $arguments)) (export "1" (func $given)) (export "2" (func $a "adapted"))
            (export "start" (func $m "start")) (export "$imports" (table $s "$imports"))))))
          \(more)
          \(lift))
        """
    }
}
