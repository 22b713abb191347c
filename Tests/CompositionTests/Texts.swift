/// Components of a service that checks tokens, as text.
enum Texts {
    /// Calls `auth:api/check` with 42, and fails unless that is right; beside it, asks the host for the time.
    static func main(token: Int = 42, type: String = "(param \"token\" u32) (result bool)") -> String {
        """
        (component
          (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
            (type $u (;0;) u64) (export "instant" (type $instant (eq $u)))
            (export "now" (func (result $instant)))))
          (import "auth:api/check@1.0.0" (instance $auth (export "check" (func \(type)))))
          (core func $check (canon lower (func $auth "check")))
          (core func $now (canon lower (func $clock "now")))
          (core module $m
            (import "" "check" (func $check (param i32) (result i32)))
            (import "" "now" (func $now (result i64)))
            (func (export "run") (result i32)
              (drop (call $now))
              (i32.eqz (call $check (i32.const \(token))))))
          (core instance $i (instantiate $m
            (with "" (instance (export "check" (func $check)) (export "now" (func $now))))))
          (func $run (result (result)) (canon lift (core func $i "run")))
          (export "run" (func $run)))
        """
    }

    /// Exports `auth:api/check` of a later version; of the clock it uses another function.
    static let auth = """
        (component
          (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
            (type $r (record (field "unused" u8)))
            (type $u u64) (export "duration" (type $duration (eq $u))) (export "instant" (type (eq $u)))
            (export "resolution" (func (result $duration)))))
          (core func $resolution (canon lower (func $clock "resolution")))
          (core module $m
            (import "" "resolution" (func $resolution (result i64)))
            (func (export "check") (param i32) (result i32)
              (drop (call $resolution))
              (i32.eq (local.get 0) (i32.const 42))))
          (core instance $i (instantiate $m (with "" (instance (export "resolution" (func $resolution))))))
          (func $check (param "token" u32) (result bool) (canon lift (core func $i "check")))
          (instance $api (export "check" (func $check)))
          (export "auth:api/check@1.2.0" (instance $api)))
        """

    /// A resource, and how one is made.
    static let sessions = """
        (component
          (type $session (resource (rep i32)))
          (core func $new (canon resource.new $session))
          (core module $m
            (import "" "new" (func $new (param i32) (result i32)))
            (func (export "open") (result i32) (call $new (i32.const 7))))
          (core instance $i (instantiate $m (with "" (instance (export "new" (func $new))))))
          (func $open (result (own $session)) (canon lift (core func $i "open")))
          (component $shape
            (import "session" (type $t (sub resource)))
            (import "open" (func $open (result (own $t))))
            (export $e "session" (type $t))
            (export "open" (func $open) (func (result (own $e)))))
          (instance $api (instantiate $shape (with "session" (type $session)) (with "open" (func $open))))
          (export "auth:api/sessions@1.0.0" (instance $api)))
        """

    /// Needs the resource of the other.
    static let check = """
        (component
          (import "auth:api/sessions@1.0.0" (instance $s (export "session" (type (sub resource)))))
          (alias export $s "session" (type $session))
          (core func $drop (canon resource.drop $session))
          (core module $m
            (import "" "drop" (func $drop (param i32)))
            (func (export "check") (param i32) (result i32) (call $drop (local.get 0)) (i32.const 1)))
          (core instance $i (instantiate $m (with "" (instance (export "drop" (func $drop))))))
          (func $check (param "s" (borrow $session)) (result bool) (canon lift (core func $i "check")))
          (component $shape
            (import "session" (type $t (sub resource)))
            (import "check" (func $check (param "s" (borrow $t)) (result bool)))
            (export $e "session" (type $t))
            (export "check" (func $check) (func (param "s" (borrow $e)) (result bool))))
          (instance $api (instantiate $shape (with "session" (type $session)) (with "check" (func $check))))
          (export "auth:api/check@1.0.0" (instance $api)))
        """

    /// Opens a session with the one, and has the other check it: the same type in two interfaces.
    static let client = """
        (component $client
          (import "auth:api/sessions@1.0.0" (instance $s
            (export "session" (type $session (sub resource)))
            (export "open" (func (result (own $session))))))
          (alias export $s "session" (type $session))
          (import "auth:api/check@1.0.0" (instance $c
            (alias outer $client $session (type $outer))
            (export "session" (type $session (eq $outer)))
            (export "check" (func (param "s" (borrow $session)) (result bool)))))
          (core func $open (canon lower (func $s "open")))
          (core func $check (canon lower (func $c "check")))
          (core func $drop (canon resource.drop $session))
          (core module $m
            (import "" "open" (func $open (result i32)))
            (import "" "check" (func $check (param i32) (result i32)))
            (import "" "drop" (func $drop (param i32)))
            (func (export "run") (result i32) (local $h i32) (local $ok i32)
              (local.set $h (call $open))
              (local.set $ok (call $check (local.get $h)))
              (call $drop (local.get $h))
              (i32.eqz (local.get $ok))))
          (core instance $i (instantiate $m (with "" (instance
            (export "open" (func $open)) (export "check" (func $check)) (export "drop" (func $drop))))))
          (func $run (result (result)) (canon lift (core func $i "run")))
          (export "run" (func $run)))
        """
}
