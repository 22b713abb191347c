import LinuxSystem
import Testing

@testable import WasmHost

@Suite("Guests that are core modules")
struct ModuleGuestTests {
    static let prints = """
        (module
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1)
          (data (i32.const 16) "hello")
          (func (export "_start")
            (i32.store (i32.const 0) (i32.const 16))
            (i32.store (i32.const 4) (i32.const 5))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
            (call $exit (i32.const 3))))
        """

    @Test func outputAndExitCodeAreTheGuests() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let outcome = try fixture.run(try fixture.program(Self.prints))
            #expect(outcome.output == "hello")
            #expect(outcome.exitCode == 3)
            #expect(outcome.error == "")
        }
    }

    @Test func returningFromStartIsSuccess() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let outcome = try fixture.run(try fixture.program(#"(module (func (export "_start")))"#))
            #expect(outcome.exitCode == 0)
        }
    }

    @Test func aTrapIsReportedWithTheGuestsStack() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let outcome = try fixture.run(
                try fixture.program(
                    #"(module $demo (func $inner unreachable) (func $outer (export "_start") call $inner))"#))
            #expect(outcome.exitCode == 134)
            let lines = outcome.error.split(separator: "\n")
            #expect(lines.first == "martlet: wasm trap: wasm `unreachable` instruction executed")
            #expect(lines.count == 4)
            #expect(lines[2].hasSuffix(" - demo!inner"))
            #expect(lines[3].hasSuffix(" - demo!outer"))
        }
    }

    @Test func aStackThatIsExhaustedIsATrap() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let outcome = try fixture.run(
                try fixture.program(#"(module (func $f (export "_start") call $f))"#))
            #expect(outcome.exitCode == 134)
            #expect(outcome.error.hasPrefix("martlet: wasm trap: call stack exhausted\n"))
        }
    }

    @Test func aTrapInTheStartFunctionIsTheGuestsEnd() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let outcome = try fixture.run(
                try fixture.program(#"(module (func $s unreachable) (start $s) (func (export "_start")))"#))
            #expect(outcome.exitCode == 134)
            #expect(outcome.error.hasPrefix("martlet: wasm trap: wasm `unreachable`"))
        }
    }

    @Test func aFunctionOfAReactorIsCalledAfterItsInitialisation() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let text = """
                (module
                  (global $ready (mut i32) (i32.const 0))
                  (func (export "_initialize") (global.set $ready (i32.add (global.get $ready) (i32.const 1))))
                  (func (export "work") (result i32)
                    (if (i32.ne (global.get $ready) (i32.const 1)) (then unreachable))
                    i32.const 5))
                """
            let outcome = try fixture.run(try fixture.program(text, function: "work"))
            #expect(outcome.exitCode == 0)
            #expect(outcome.output == "")
        }
    }

    @Test func memoryGrowFailsAtTheLimit() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let text = """
                (module
                  (memory 1)
                  (func (export "_start")
                    (if (i32.ne (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable))))
                """
            let outcome = try fixture.run(try fixture.program(text), memoryLimit: 1 << 20)
            #expect(outcome.exitCode == 0)
            let beyond = try fixture.run(try fixture.program(text), memoryLimit: 2 << 20)
            #expect(beyond.exitCode == 134)
        }
    }

    @Test func aMemoryThatIsLargerThanTheLimitFromTheBeginningIsAnError() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let outcome = try fixture.run(
                try fixture.program(#"(module (memory 32) (func (export "_start")))"#), memoryLimit: 1 << 20)
            #expect(outcome.exitCode == 99)
            #expect(outcome.error.contains("memory"))
        }
    }

    @Test func fuelThatIsUsedUpIsATrap() async {
        await #expect(processExitsWith: .success) {
            var configuration = EngineConfiguration()
            configuration.fuel = 10_000
            let fixture = try Fixture(configuration)
            let outcome = try fixture.run(
                try fixture.program(#"(module (func (export "_start") (loop br 0)))"#))
            #expect(outcome.exitCode == 134)
            #expect(outcome.error.contains("fuel"))
        }
    }

    @Test func unknownImportsAreNamedWithTheirKinds() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let text = """
                (module
                  (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
                  (import "env" "alien" (func)) (import "env" "memory" (memory 1))
                  (func (export "_start")))
                """
            let error = #expect(throws: GuestError.self) { try fixture.program(text) }
            #expect(error?.code == .unknownImport)
            #expect(
                error?.message
                    == "app.wasm imports env.alien (func), env.memory (memory), which the host does not have: "
                    + "it has WASI preview 1")
        }
    }

    @Test func anImportOfAnotherTypeIsNamed() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let text =
                #"(module (import "wasi_snapshot_preview1" "fd_close" (func (param i64))) (func (export "_start")))"#
            let error = #expect(throws: GuestError.self) { try fixture.program(text) }
            #expect(error?.code == .unknownImport)
            #expect(error?.message.contains("wasi_snapshot_preview1::fd_close") == true)
        }
    }

    @Test func anUnsuitableExportIsExplained() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let text = #"(module (memory (export "m") 1) (func (export "f") (param i32)) (func (export "g")))"#
            func message(_ function: String?) -> String? {
                let error = #expect(throws: GuestError.self) { try fixture.program(text, function: function) }
                #expect(error?.code == .unsuitableExport)
                return error?.message
            }
            #expect(message(nil) == "app.wasm exports no function _start: it exports f, g")
            #expect(message("absent") == "app.wasm exports no function absent: it exports f, g")
            #expect(message("m") == "app.wasm exports m as a memory, not as a function")
            #expect(message("f") == "app.wasm's function f takes 1 parameters: only one without can be run")
        }
    }

    @Test func oneThreadIsLeftUntilTheGuestRuns() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let program = try fixture.program(Self.prints)
            // The test's own process has more: so it is counted in a forked one, which begins with one.
            let outcome = try fixture.fork {
                let host = try GuestHost(EngineConfiguration())
                let path = fixture.folder + "/module-1"
                let file = try fixture.open(path)
                let loader = ModuleLoader(host: host, cache: fixture.cache, confine: {})
                guard case .ready(let code) = try loader.load(file.raw, name: path) else { return 98 }
                _ = try GuestProgram(code, name: path, function: nil, host: host)
                return Int32(threadCount())
            }
            #expect(outcome.exitCode == 1)
            _ = program
        }
    }

    @Test func theCodesDescriptorsAreAllThatAGuestNeeds() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            for text in [Self.prints, ComponentTexts.writesWithoutFlushing(then: "i32.const 0")] {
                let path = try fixture.file(Array(text.utf8))
                _ = try fixture.load(path: path)
                let code = try fixture.load(path: path).code
                let program = try GuestProgram(code, name: path, function: nil, host: fixture.host)
                let invocation = try GuestInvocation(arguments: ["a"], environment: [], memoryLimit: nil)
                let outcome = try fixture.fork {
                    try closeDescriptors(except: code.descriptors)
                    return try GuestRun(program, invocation, host: fixture.host).run().exitCode
                }
                #expect(outcome.output == (text == Self.prints ? "hello" : "from the guest"))
                #expect(outcome.error == "")
            }
        }
    }
}
