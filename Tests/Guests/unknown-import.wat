;; Asks for a function that no host has.
(module
  (import "nowhere" "missing_function" (func $missing))
  (memory (export "memory") 1)
  (func (export "_start") (call $missing)))
