import EngineProtocol
import Foundation
import Testing

/// A child of fork(2) has one thread. What the others of its parent were doing, holding a lock for instance, is left
/// undone in it: so there may be none.
struct EngineThreadTests {
    /// All but the fork: the module is compiled and mapped, then the plan is refused.
    @Test func theEngineHasOneThreadBeforeItForks() throws {
        let engine = try EngineProcess()
        #expect(try engine.threads == 1)

        let bundle = engine.folder
        let config = """
            {
                "ociVersion": "1.1.0",
                "process": {"cwd": "/", "args": ["/app.wasm"], "env": ["no equals sign"]},
                "root": {"path": "rootfs"},
                "linux": {"namespaces": [{"type": "mount"}]}
            }
            """
        try Data(config.utf8).write(to: bundle.appending(path: "config.json"))
        let module = bundle.appending(path: "app.wat")
        try Data("(module (func (export \"_start\")))".utf8).write(to: module)

        let first = try engine.create(bundle: bundle.path(), module: module.path())
        guard case .compiling = first.first, case .failed(let failure) = first.last else {
            Issue.record("\(first)")
            return
        }
        #expect(failure.code == .invalidSpec && failure.message.hasPrefix("process.env[0]: "), "\(failure)")
        #expect(try engine.threads == 1)

        // From the cache.
        let second = try engine.create(bundle: bundle.path(), module: module.path())
        guard second.count == 1, case .failed(let again) = second.first else {
            Issue.record("\(second)")
            return
        }
        #expect(again == failure)
        #expect(try engine.threads == 1)

        // One that is served, by the program that does: it tells the same of it. One that has no room in that one's pool
        // of instances is served without.
        for table in ["", "(table 100000 funcref)"] {
            let server = bundle.appending(path: "server.wat")
            try Data(
                """
                (component
                  (core module $m \(table) (func (export "handle") (param i32 i32)))
                  (core instance $i (instantiate $m))
                  (func $h (param "request" u32) (param "response" u32) (canon lift (core func $i "handle")))
                  (instance $n (export "handle" (func $h)))
                  (export "wasi:http/incoming-handler@0.2.0" (instance $n)))
                """.utf8
            ).write(to: server)
            let third = try engine.create(bundle: bundle.path(), module: server.path())
            guard case .compiling = third.first, case .failed(failure) = third.last else {
                Issue.record("\(third)")
                return
            }
        }
        #expect(try engine.threads == 1)
    }
}
