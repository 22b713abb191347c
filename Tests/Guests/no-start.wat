;; A module without `_start`: it can be run only by naming a function.
(module
  (memory (export "memory") 1)
  (func (export "other")))
