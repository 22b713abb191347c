/// What the components of ours have in common that take and give more than numbers: a memory, of which nothing is given
/// back. They live as long as a store does.
enum HelperMemory {
    /// Defines `$memory` and `$realloc`. The first 128 bytes are for results.
    static let text = """
          (core module $memory
            (memory (export "memory") 1)
            (global $top (mut i32) (i32.const 128))
            (func (export "realloc") (param $old i32) (param $had i32) (param $align i32) (param $size i32) (result i32)
              (local $start i32)
              (local.set $start (i32.and
                (i32.add (global.get $top) (i32.sub (local.get $align) (i32.const 1)))
                (i32.sub (i32.const 0) (local.get $align))))
              (global.set $top (i32.add (local.get $start) (local.get $size)))
              (if (i32.gt_u (global.get $top) (i32.shl (memory.size) (i32.const 16)))
                (then (if (i32.eq (i32.const -1) (memory.grow (i32.add (i32.const 1)
                  (i32.shr_u (local.get $size) (i32.const 16))))) (then (unreachable)))))
              (memory.copy (local.get $start) (local.get $old) (local.get $had))
              (local.get $start)))
          (core instance $memory (instantiate $memory))
          (alias core export $memory "memory" (core memory $memory))
          (alias core export $memory "realloc" (core func $realloc))
        """
}
