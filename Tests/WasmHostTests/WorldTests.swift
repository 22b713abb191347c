import Foundation
import LinuxSystem
import Testing

@testable import WasmHost

@Suite("What a guest sees")
struct WorldTests {
    /// A guest that writes its arguments or its environment, each ended by a NUL.
    static func prints(_ what: String) -> String {
        """
        (module
          (import "wasi_snapshot_preview1" "\(what)_sizes_get" (func $sizes (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "\(what)_get" (func $get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (func (export "_start")
            (drop (call $sizes (i32.const 0) (i32.const 4)))
            (drop (call $get (i32.const 64) (i32.const 1024)))
            (i32.store (i32.const 0) (i32.const 1024))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
        """
    }

    /// A guest that writes what a file holds, found from an open directory.
    static func reads(_ path: String, from directory: Int32) -> String {
        """
        (module
          (import "wasi_snapshot_preview1" "path_open"
            (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1)
          (data (i32.const 64) "\(path)")
          (func (export "_start")
            (local $e i32)
            (local.set $e (call $open (i32.const \(directory)) (i32.const 0) (i32.const 64)
              (i32.const \(path.utf8.count)) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16)))
            (if (local.get $e) (then (call $exit (local.get $e))))
            (i32.store (i32.const 0) (i32.const 1024))
            (i32.store (i32.const 4) (i32.const 1024))
            (drop (call $read (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 4)))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
        """
    }

    /// A guest that writes the names of its open directories, each ended by a line feed.
    static let printsDirectories = """
        (module
          (import "wasi_snapshot_preview1" "fd_prestat_get" (func $get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func $name (param i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (func (export "_start")
            (local $fd i32)
            (local.set $fd (i32.const 3))
            (loop $next
              (if (i32.eqz (call $get (local.get $fd) (i32.const 16)))
                (then
                  (drop (call $name (local.get $fd) (i32.const 1024) (i32.load (i32.const 20))))
                  (i32.store8 (i32.add (i32.const 1024) (i32.load (i32.const 20))) (i32.const 10))
                  (i32.store (i32.const 0) (i32.const 1024))
                  (i32.store (i32.const 4) (i32.add (i32.load (i32.const 20)) (i32.const 1)))
                  (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
                  (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
                  (br $next))))))
        """

    @Test func argumentsAreWholeAndInOrder() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let arguments = ["app.wasm#f", "", "zwölf", "a b"]
            let outcome = try fixture.run(try fixture.program(Self.prints("args")), arguments: arguments)
            #expect(outcome.output == arguments.map { $0 + "\0" }.joined())
        }
    }

    @Test func theEnvironmentIsWhatWasGivenAndNothingElse() async {
        await #expect(processExitsWith: .success) {
            setenv("MARTLET_SECRET", "of the engine", 1)
            let fixture = try Fixture()
            let environment = ["B=2", "A=x=y", "EMPTY="]
            let outcome = try fixture.run(try fixture.program(Self.prints("environ")), environment: environment)
            #expect(outcome.output == "B=2\0A=x=y\0EMPTY=\0")
        }
    }

    @Test func theRootAndTheWorkingDirectoryAreOpen() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let root = fixture.folder + "/root"
            try FileManager.default.createDirectory(atPath: root + "/app", withIntermediateDirectories: true)
            try Data("in the root".utf8).write(to: URL(filePath: root + "/who"))
            try Data("in the app".utf8).write(to: URL(filePath: root + "/app/who"))
            let directories = try fixture.program(Self.printsDirectories)
            #expect(try fixture.run(directories).output == "/\n.\n")
            #expect(try fixture.run(directories, in: "/app", root: root).output == "/\n.\n/\n")
            for (directory, expected) in [(3, "in the root"), (4, "in the app"), (5, "in the root")]
                as [(Int32, String)]
            {
                let program = try fixture.program(Self.reads("who", from: directory))
                #expect(try fixture.run(program, in: "/app", root: root).output == expected)
            }
        }
    }

    @Test func aGuestDoesNotLeaveItsDirectory() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let notPermitted: Int32 = 63
            let program = try fixture.program(Self.reads("../etc/passwd", from: 4))
            #expect(try fixture.run(program, in: fixture.folder).exitCode == notPermitted)
        }
    }

    @Test func whatWASICanNotPassOnIsNamed() throws {
        func message(_ arguments: [String], _ environment: [String]) -> String? {
            let error = #expect(throws: GuestError.self) {
                try GuestInvocation(arguments: arguments, environment: environment, memoryLimit: nil)
            }
            #expect(error?.code == .invalidArgument)
            return error?.message
        }
        #expect(message(["a", "b\0c"], []) == "process.args[1] contains a NUL")
        #expect(message([], ["A=1", "B=\0"]) == "process.env[1] contains a NUL")
        #expect(message([], ["A=1", "NOPE"]) == "process.env[1] is \"NOPE\": NAME=VALUE is needed")
        #expect(message([], ["=x"]) == "process.env[0] is \"=x\": NAME=VALUE is needed")
    }

    @Test func aPipeThatNobodyReadsIsAnErrorOfTheWrite() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let program = try fixture.program(
                """
                (module
                  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
                  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
                  (memory (export "memory") 1)
                  (data (i32.const 0) "\\10\\00\\00\\00\\01\\00\\00\\00x")
                  (func (export "_start")
                    (call $exit (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
                """)
            let outcome = try fixture.fork {
                var ends: [Int32] = [-1, -1]
                try systemCall("pipe") { pipe(&ends) }
                dup2(ends[1], 1)
                close(ends[0])
                let invocation = try GuestInvocation(arguments: ["a"], environment: [], memoryLimit: nil)
                return try GuestRun(program, invocation, host: fixture.host).run().exitCode
            }
            let brokenPipe: Int32 = 64
            #expect(outcome.exitCode == brokenPipe)
        }
    }
}
