/// Components in text, made to measure.
enum ComponentTexts {
    /// A command whose `run` is the body of a core function that answers 0 for ok and 1 for an error.
    static func command(run body: String, version: String = "0.2.0") -> String {
        """
        (component
          (core module $m (func (export "run") (result i32) \(body)))
          (core instance $i (instantiate $m))
          (func $run (result (result)) (canon lift (core func $i "run")))
          (instance $r (export "run" (func $run)))
          (export "wasi:cli/run@\(version)" (instance $r)))
        """
    }

    /// A component that exports an HTTP handler, with so many numbers as its parameters.
    static func handler(parameters: Int) -> String {
        let (core, named) = (0..<parameters).reduce(("", "")) {
            ("\($0.0) (param i32)", "\($0.1) (param \"p\($1)\" u32)")
        }
        return """
            (component
              (core module $m (func (export "handle")\(core)))
              (core instance $i (instantiate $m))
              (func $h\(named) (canon lift (core func $i "handle")))
              (instance $n (export "handle" (func $h)))
              (export "wasi:http/incoming-handler@0.2.0" (instance $n)))
            """
    }

    /// A command that calls `wasi:cli/exit`, with an error.
    static let exits = """
        (component
          (import "wasi:cli/exit@0.2.0" (instance $e (export "exit" (func (param "status" (result))))))
          (core func $exit (canon lower (func $e "exit")))
          (core module $m
            (import "" "exit" (func $exit (param i32)))
            (func (export "run") (result i32) (call $exit (i32.const 1)) unreachable))
          (core instance $i (instantiate $m (with "" (instance (export "exit" (func $exit))))))
          (func $run (result (result)) (canon lift (core func $i "run")))
          (instance $r (export "run" (func $run)))
          (export "wasi:cli/run@0.2.0" (instance $r)))
        """

    static let streams = """
          (import "wasi:io/poll@0.2.0" (instance $poll
            (export "pollable" (type $pollable (sub resource)))
            (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
          (alias export $poll "pollable" (type $pollable))
          (import "wasi:io/error@0.2.0" (instance $errors (export "error" (type (sub resource)))))
          (alias export $errors "error" (type $error))
          (import "wasi:io/streams@0.2.0" (instance $streams
            (export "output-stream" (type $out (sub resource)))
            (export "input-stream" (type $in (sub resource)))
            (alias outer 1 $error (type $outer))
            (export "error" (type $inner (eq $outer)))
            (type $failure (variant (case "last-operation-failed" (own $inner)) (case "closed")))
            (export "stream-error" (type $stream-error (eq $failure)))
            (export "[method]output-stream.check-write"
              (func (param "self" (borrow $out)) (result (result u64 (error $stream-error)))))
            (export "[method]output-stream.write"
              (func (param "self" (borrow $out)) (param "contents" (list u8)) (result (result (error $stream-error)))))
            (export "[method]output-stream.blocking-write-and-flush"
              (func (param "self" (borrow $out)) (param "contents" (list u8)) (result (result (error $stream-error)))))))
          (alias export $streams "output-stream" (type $out))
          (alias export $streams "input-stream" (type $in))
          (core module $libc (memory (export "memory") 1) (data (i32.const 64) "from the guest"))
          (core instance $libc (instantiate $libc))
        """

    /// A command that writes to its standard output and neither ends the line nor flushes; then `rest` runs.
    static func writesWithoutFlushing(then rest: String) -> String {
        """
        (component
        \(streams)
          (import "wasi:cli/stdout@0.2.0" (instance $stdout
            (alias outer 1 $out (type $outer))
            (export "output-stream" (type $inner (eq $outer)))
            (export "get-stdout" (func (result (own $inner))))))
          (core func $get (canon lower (func $stdout "get-stdout")))
          (core func $check
            (canon lower (func $streams "[method]output-stream.check-write") (memory $libc "memory")))
          (core func $write (canon lower (func $streams "[method]output-stream.write") (memory $libc "memory")))
          (core module $m
            (import "" "get" (func $get (result i32)))
            (import "" "check" (func $check (param i32 i32)))
            (import "" "write" (func $write (param i32 i32 i32 i32)))
            (func (export "run") (result i32)
              (local $s i32)
              (local.set $s (call $get))
              (call $check (local.get $s) (i32.const 0))
              (call $write (local.get $s) (i32.const 64) (i32.const 14) (i32.const 16))
              \(rest)))
          (core instance $i (instantiate $m (with "" (instance
            (export "get" (func $get)) (export "check" (func $check)) (export "write" (func $write))))))
          (func $run (result (result)) (canon lift (core func $i "run")))
          (instance $r (export "run" (func $run)))
          (export "wasi:cli/run@0.2.0" (instance $r)))
        """
    }

    /// A command that connects to a port of 127.0.0.1 and writes. It answers an error if the connection is refused.
    static func connects(to port: UInt16) -> String {
        """
        (component
        \(streams)
          (import "wasi:sockets/network@0.2.0" (instance $network
            (export "network" (type (sub resource)))
            (type $code (enum "unknown" "access-denied" "not-supported" "invalid-argument" "out-of-memory" "timeout"
              "concurrency-conflict" "not-in-progress" "would-block" "invalid-state" "new-socket-limit"
              "address-not-bindable" "address-in-use" "remote-unreachable" "connection-refused" "connection-reset"
              "connection-aborted" "datagram-too-large" "name-unresolvable" "temporary-resolver-failure"
              "permanent-resolver-failure"))
            (export "error-code" (type (eq $code)))
            (type $family (enum "ipv4" "ipv6"))
            (export "ip-address-family" (type (eq $family)))
            (type $a4 (tuple u8 u8 u8 u8))
            (export "ipv4-address" (type $ipv4 (eq $a4)))
            (type $a6 (tuple u16 u16 u16 u16 u16 u16 u16 u16))
            (export "ipv6-address" (type $ipv6 (eq $a6)))
            (type $s4 (record (field "port" u16) (field "address" $ipv4)))
            (export "ipv4-socket-address" (type $sock4 (eq $s4)))
            (type $s6 (record
              (field "port" u16) (field "flow-info" u32) (field "address" $ipv6) (field "scope-id" u32)))
            (export "ipv6-socket-address" (type $sock6 (eq $s6)))
            (type $sa (variant (case "ipv4" $sock4) (case "ipv6" $sock6)))
            (export "ip-socket-address" (type (eq $sa)))))
          (alias export $network "network" (type $net))
          (alias export $network "error-code" (type $code))
          (alias export $network "ip-address-family" (type $family))
          (alias export $network "ip-socket-address" (type $address))
          (import "wasi:sockets/instance-network@0.2.0" (instance $instance
            (alias outer 1 $net (type $outer))
            (export "network" (type $n (eq $outer)))
            (export "instance-network" (func (result (own $n))))))
          (import "wasi:sockets/tcp@0.2.0" (instance $tcp
            (alias outer 1 $net (type $net0)) (export "network" (type $n (eq $net0)))
            (alias outer 1 $code (type $code0)) (export "error-code" (type $c (eq $code0)))
            (alias outer 1 $address (type $address0)) (export "ip-socket-address" (type $a (eq $address0)))
            (alias outer 1 $pollable (type $pollable0)) (export "pollable" (type $p (eq $pollable0)))
            (alias outer 1 $in (type $in0)) (export "input-stream" (type $i (eq $in0)))
            (alias outer 1 $out (type $out0)) (export "output-stream" (type $o (eq $out0)))
            (export "tcp-socket" (type $s (sub resource)))
            (export "[method]tcp-socket.start-connect" (func
              (param "self" (borrow $s)) (param "network" (borrow $n)) (param "remote-address" $a)
              (result (result (error $c)))))
            (export "[method]tcp-socket.finish-connect" (func
              (param "self" (borrow $s)) (result (result (tuple (own $i) (own $o)) (error $c)))))
            (export "[method]tcp-socket.subscribe" (func (param "self" (borrow $s)) (result (own $p))))))
          (alias export $tcp "tcp-socket" (type $socket))
          (import "wasi:sockets/tcp-create-socket@0.2.0" (instance $create
            (alias outer 1 $code (type $code0)) (export "error-code" (type $c (eq $code0)))
            (alias outer 1 $family (type $family0)) (export "ip-address-family" (type $f (eq $family0)))
            (alias outer 1 $socket (type $socket0)) (export "tcp-socket" (type $s (eq $socket0)))
            (export "create-tcp-socket" (func (param "address-family" $f) (result (result (own $s) (error $c)))))))
          (core func $block (canon lower (func $poll "[method]pollable.block")))
          (core func $write
            (canon lower (func $streams "[method]output-stream.blocking-write-and-flush") (memory $libc "memory")))
          (core func $network-of (canon lower (func $instance "instance-network")))
          (core func $make (canon lower (func $create "create-tcp-socket") (memory $libc "memory")))
          (core func $start (canon lower (func $tcp "[method]tcp-socket.start-connect") (memory $libc "memory")))
          (core func $finish (canon lower (func $tcp "[method]tcp-socket.finish-connect") (memory $libc "memory")))
          (core func $subscribe (canon lower (func $tcp "[method]tcp-socket.subscribe")))
          (core module $m
            (import "" "memory" (memory 1))
            (import "" "block" (func $block (param i32)))
            (import "" "write" (func $write (param i32 i32 i32 i32)))
            (import "" "network" (func $network (result i32)))
            (import "" "make" (func $make (param i32 i32)))
            (import "" "start" (func $start
              (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
            (import "" "finish" (func $finish (param i32 i32)))
            (import "" "subscribe" (func $subscribe (param i32) (result i32)))
            (func (export "run") (result i32)
              (local $s i32)
              (call $make (i32.const 0) (i32.const 0))
              (if (i32.load8_u (i32.const 0)) (then unreachable))
              (local.set $s (i32.load (i32.const 4)))
              (call $start (local.get $s) (call $network) (i32.const 0) (i32.const \(port))
                (i32.const 127) (i32.const 0) (i32.const 0) (i32.const 1)
                (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
                (i32.const 16))
              (if (i32.load8_u (i32.const 16)) (then unreachable))
              (call $block (call $subscribe (local.get $s)))
              (call $finish (local.get $s) (i32.const 32))
              (if (i32.load8_u (i32.const 32)) (then (return (i32.const 1))))
              (call $write (i32.load (i32.const 40)) (i32.const 64) (i32.const 14) (i32.const 16))
              (i32.load8_u (i32.const 16))))
          (core instance $i (instantiate $m (with "" (instance
            (export "memory" (memory $libc "memory")) (export "block" (func $block)) (export "write" (func $write))
            (export "network" (func $network-of)) (export "make" (func $make)) (export "start" (func $start))
            (export "finish" (func $finish)) (export "subscribe" (func $subscribe))))))
          (func $run (result (result)) (canon lift (core func $i "run")))
          (instance $r (export "run" (func $run)))
          (export "wasi:cli/run@0.2.0" (instance $r)))
        """
    }
}
