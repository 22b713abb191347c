import Foundation
import Glibc
import LinuxSystem
import Testing

@testable import WasmHost

@Suite("Guests that are components")
struct ComponentGuestTests {
    @Test func theResultOfRunIsTheExitCode() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let good = try fixture.run(try fixture.program(ComponentTexts.command(run: "i32.const 0")))
            #expect(good.exitCode == 0)
            let bad = try fixture.run(try fixture.program(ComponentTexts.command(run: "i32.const 1", version: "0.2.6")))
            #expect(bad.exitCode == 1)
            #expect(bad.error == "")
        }
    }

    @Test func exitIsAnExit() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let outcome = try fixture.run(try fixture.program(ComponentTexts.exits))
            #expect(outcome.exitCode == 1)
            #expect(outcome.error == "")
        }
    }

    @Test func aTrapIsReportedWithTheGuestsStack() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let outcome = try fixture.run(try fixture.program(ComponentTexts.command(run: "unreachable")))
            #expect(outcome.exitCode == 134)
            #expect(outcome.error.hasPrefix("martlet: wasm trap: wasm `unreachable` instruction executed\n"))
            #expect(outcome.error.contains("  0: 0x"))
        }
    }

    @Test func whatWasNotFlushedIsNotLost() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let ending = try fixture.program(ComponentTexts.writesWithoutFlushing(then: "i32.const 0"))
            #expect(try fixture.run(ending).output == "from the guest")
            let trapping = try fixture.program(ComponentTexts.writesWithoutFlushing(then: "unreachable"))
            #expect(try fixture.run(trapping).output == "from the guest")
        }
    }

    @Test func aGuestHasTheProcesssNetwork() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let listener = OwnedFileDescriptor(
                owning: try systemCall("socket") { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) })
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            try withUnsafeMutablePointer(to: &address) { address in
                try address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    _ = try systemCall("bind") { bind(listener.raw, address, length) }
                    _ = try systemCall("listen") { listen(listener.raw, 1) }
                    _ = try systemCall("getsockname") { getsockname(listener.raw, address, &length) }
                }
            }
            let port = UInt16(bigEndian: address.sin_port)
            let program = try fixture.program(ComponentTexts.connects(to: port))
            #expect(try fixture.run(program).exitCode == 0)
            let peer = OwnedFileDescriptor(owning: try systemCall("accept") { accept(listener.raw, nil, nil) })
            var received = [UInt8](repeating: 0, count: 64)
            let count = try systemCall("read") { read(peer.raw, &received, received.count) }
            #expect(String(decoding: received.prefix(count), as: UTF8.self) == "from the guest")
        }
    }

    @Test func aFunctionThatIsNamedIsRun() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let text = """
                (component
                  (core module $m (func (export "f") (result i32) i32.const 1))
                  (core instance $i (instantiate $m))
                  (func $f (result (result)) (canon lift (core func $i "f")))
                  (core module $k (func (export "g") (param i32)))
                  (core instance $j (instantiate $k))
                  (func $g (param "x" u32) (canon lift (core func $j "g")))
                  (instance $n (export "work" (func $f)))
                  (export "plain" (func $f))
                  (export "wants" (func $g))
                  (export "demo:some/face@1.0.0" (instance $n)))
                """
            #expect(try fixture.run(try fixture.program(text, function: "plain")).exitCode == 1)
            #expect(try fixture.run(try fixture.program(text, function: "demo:some/face@1.0.0#work")).exitCode == 1)
            func failure(_ function: String?) -> GuestError? {
                #expect(throws: GuestError.self) { try fixture.program(text, function: function) }
            }
            #expect(failure(nil)?.code == .unsupportedWorld)
            #expect(failure(nil)?.message.contains("plain, wants, demo:some/face@1.0.0") == true)
            #expect(failure("absent")?.code == .unsuitableExport)
            #expect(failure("demo:some/face@1.0.0")?.message == "app.wasm's export demo:some/face@1.0.0 is no function")
            #expect(failure("wants")?.message.contains("takes 1 parameters") == true)
        }
    }

    @Test func aHandlerOfAnotherTypeIsRefusedByName() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture(serves: true)
            let error = #expect(throws: GuestError.self) { try fixture.program(ComponentTexts.handler(parameters: 0)) }
            #expect(error?.code == .unsuitableExport)
            #expect(error?.message.contains("wasi:http/incoming-handler@") == true)
        }
    }

    @Test func aServerIsOneOnlyForALoaderThatServes() async {
        await #expect(processExitsWith: .success) {
            let text = ComponentTexts.handler(parameters: 2)
            #expect(try Fixture(serves: true).program(text).served != nil)
            let fixture = try Fixture()
            let error = #expect(throws: GuestError.self) { try fixture.program(text) }
            #expect(error?.code == .unsupportedWorld)
            #expect(error?.message.contains("wasi:http/incoming-handler@0.2.0") == true)
        }
    }

    @Test func whatMayBeAServerIsToldFromItsBytes() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func isIn(_ text: String) throws -> Bool {
            let file = folder.appending(path: "module")
            try Data(text.utf8).write(to: file)
            let handle = try FileHandle(forReadingFrom: file)
            defer { try? handle.close() }
            return ServingHint.isIn(handle.fileDescriptor)
        }
        let name = "wasi:http/incoming-handler@0.2.0"
        #expect(try isIn(name))
        #expect(try !isIn(""))
        #expect(try !isIn("::wasi:http/incoming-handler"))
        // Across the end of a piece that is read at once.
        for start in [(256 << 10) - 40, (256 << 10) - 10, (256 << 10) - 1, 256 << 10, 3 << 20] {
            #expect(try isIn(String(repeating: ":", count: start) + name), "\(start)")
        }
    }

    @Test func anUnknownImportIsNamedAndNothingHasRun() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let text = """
                (component
                  (import "demo:absent/face@1.0.0" (instance (export "f" (func))))
                  (core module $m (func $s unreachable) (start $s) (func (export "run") (result i32) i32.const 0))
                  (core instance $i (instantiate $m))
                  (func $run (result (result)) (canon lift (core func $i "run")))
                  (instance $r (export "run" (func $run)))
                  (export "wasi:cli/run@0.2.0" (instance $r)))
                """
            let error = #expect(throws: GuestError.self) { try fixture.program(text) }
            #expect(error?.code == .unknownImport)
            #expect(error?.message.contains("demo:absent/face@1.0.0") == true)
        }
    }

    private static func imports(_ names: String) -> String {
        "(component \(names)"
            + ComponentTexts.command(run: "i32.const 0").split(separator: "\n").dropFirst().joined(separator: "\n")
    }

    private static let sending = imports(
        """
        (import "wasi:http/outgoing-handler@0.2.0" (instance))
        (import "wasi:http/types@0.2.0" (instance (export "fields" (type (sub resource)))))
        """)

    @Test func aCommandThatSendsIsForAProgramWithAClient() async {
        await #expect(processExitsWith: .success) {
            let sends = try Fixture(sends: true)
            let program = try sends.program(Self.sending)
            #expect(program.client != nil)
            #expect(try sends.run(program).exitCode == 0)
            let error = #expect(throws: GuestError.self) { try Fixture().program(Self.sending) }
            #expect(error?.code == .unknownImport)
        }
    }

    @Test func whatAProgramLacksOfWhatAGuestNeedsIsTold() async {
        await #expect(processExitsWith: .success) {
            func lacks(_ text: String, _ fixture: Fixture) throws -> GuestHost.Part? {
                fixture.host.lacks(for: try fixture.load(path: try fixture.file(Data(text.utf8))).code)
            }
            let plain = Self.imports(#"(import "wasi:clocks/wall-clock@0.2.0" (instance))"#)
            let handler = ComponentTexts.handler(parameters: 2)
            let engine = try Fixture()
            #expect(try lacks("(module (func (export \"_start\")))", engine) == nil)
            #expect(try lacks(plain, engine) == nil)
            #expect(try lacks(Self.sending, engine) == .client)
            #expect(try lacks(Self.imports(#"(import "wasi:http/types@0.2.0" (instance))"#), engine) == .client)
            #expect(try lacks(handler, engine) == .service)
            let sends = try Fixture(sends: true)
            #expect(try lacks(Self.sending, sends) == nil)
            #expect(try lacks(handler, sends) == .service)
            let serves = try Fixture(serves: true, sends: true)
            #expect(try lacks(Self.sending, serves) == nil)
            #expect(try lacks(handler, serves) == nil)
        }
    }
}
