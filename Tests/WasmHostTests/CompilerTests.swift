import Foundation
import Glibc
import LinuxSystem
import Testing

@testable import WasmHost

@Suite("The compile helper")
struct CompilerTests {
    static let empty = #"(module (func (export "_start")))"#

    static func failure(_ fixture: Fixture, _ bytes: Data) throws -> GuestError {
        let path = try fixture.file(bytes)
        return try #require(#expect(throws: GuestError.self) { try fixture.load(path: path) })
    }

    static func leftovers(_ fixture: Fixture) -> [String] {
        ArtifactCacheTests.names(fixture).filter { $0.hasPrefix("new-") }
    }

    @Test func whatIsWrongWithAModuleIsReported() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let text = try Self.failure(fixture, Data("(module\n (nonsense))".utf8))
            #expect(text.code == .invalidModule)
            #expect(text.message.hasPrefix("app.wasm can't be compiled: "))
            #expect(text.message.contains(":2:"))
            let truncated = try Self.failure(fixture, Data([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 0x20, 1]))
            #expect(truncated.code == .invalidModule)
            #expect(truncated.message.contains("unexpected end"))
            let native = try Self.failure(fixture, Data([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]))
            #expect(native.code == .notAModule)
            #expect(Self.leftovers(fixture) == [])
        }
    }

    @Test func whatIsNoFileIsReported() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let error = #expect(throws: GuestError.self) { try fixture.load(path: "/etc") }
            #expect(error?.message == "app.wasm is not a WebAssembly module: it is a directory")
        }
    }

    @Test func aCompilerWithoutMemoryIsReportedWithItsLimit() async {
        await #expect(processExitsWith: .success) {
            var limits = Compiler.Limits()
            limits.memory = 1 << 20
            let fixture = try Fixture(limits: limits)
            let functions = (0..<200).map { "(func (result i32) i32.const \($0))" }.joined()
            let error = try Self.failure(fixture, Data("(module \(functions))".utf8))
            #expect(error.code == .compilerFailed)
            #expect(error.message.contains("1 MiB of memory"))
            #expect(Self.leftovers(fixture) == [])
        }
    }

    @Test func anArtifactBeyondItsLimitIsReported() async {
        await #expect(processExitsWith: .success) {
            var limits = Compiler.Limits()
            limits.artifact = 4096
            let fixture = try Fixture(limits: limits)
            let error = try Self.failure(fixture, Data(Self.empty.utf8))
            #expect(error.code == .compilerFailed)
            #expect(Self.leftovers(fixture) == [])
        }
    }

    @Test func aFilterThatCanNotBeInstalledStopsTheHelper() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture(confine: { throw GuestError(.engine, "no filter") })
            let error = try Self.failure(fixture, Data(Self.empty.utf8))
            #expect(error.code == .compilerFailed)
            #expect(error.message == "app.wasm was not compiled: no filter")
        }
    }

    @Test func theHelperHasNoPrivilegesNoNetworkAndNoOtherFiles() async {
        await #expect(processExitsWith: .success) {
            let report = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)").path
            let descriptor = open(report, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            let fixture = try Fixture(confine: {
                var facts: [String] = []
                facts.append("uid \(getuid()) \(geteuid())")
                let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
                facts += status.split(separator: "\n").filter { $0.hasPrefix("CapEff") || $0.hasPrefix("NoNewPrivs") }
                    .map { String($0).replacing("\t", with: " ") }
                let devices = (try? String(contentsOfFile: "/proc/self/net/dev", encoding: .utf8)) ?? ""
                facts.append("devices \(devices.split(separator: "\n").count - 2)")
                let text = facts.joined(separator: "\n")
                _ = write(descriptor, text, text.utf8.count)
            })
            _ = try fixture.load(path: try fixture.file(Data(Self.empty.utf8)))
            let facts = try String(contentsOfFile: report, encoding: .utf8).split(separator: "\n")
            unlink(report)
            if geteuid() == 0 {
                #expect(
                    facts == ["uid 65534 65534", "CapEff: 0000000000000000", "NoNewPrivs: 1", "devices 1"])
            }
        }
    }

    @Test func concurrentCompilationsOfOneModuleJoin() async {
        await #expect(processExitsWith: .success) {
            let count = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)").path
            let descriptor = open(count, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            let fixture = try Fixture(confine: {
                _ = write(descriptor, "x", 1)
                usleep(100_000)
            })
            let path = try fixture.file(Data(Self.empty.utf8))
            let jobs = try (0..<3).map { _ in
                let file = try fixture.open(path)
                guard case .compiling(let job) = try fixture.loader.load(file.raw, name: "x") else {
                    throw GuestError(.engine, "not compiling")
                }
                return job
            }
            for job in jobs { _ = try fixture.loader.finish(job) }
            #expect(try String(contentsOfFile: count, encoding: .utf8) == "x")
            unlink(count)
            #expect(Self.leftovers(fixture) == [])
        }
    }

    @Test func aJobThatIsDroppedLeavesNothing() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture(confine: { sleep(60) })
            let path = try fixture.file(Data(Self.empty.utf8))
            var pid: pid_t = 0
            do {
                let file = try fixture.open(path)
                guard case .compiling(let job) = try fixture.loader.load(file.raw, name: "x") else { return }
                pid = job.pid
                #expect(Self.leftovers(fixture).count == 1)
            }
            #expect(kill(pid, 0) == -1)
            #expect(Self.leftovers(fixture) == [])
        }
    }

    @Test func aModuleThatChangesWhileItIsCompiledIsCompiledAsItWas() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture(confine: { usleep(50_000) })
            let path = try fixture.file(Data(#"(module (func (export "_start")           ))"#.utf8))
            let file = try fixture.open(path)
            guard case .compiling(let job) = try fixture.loader.load(file.raw, name: "x") else { return }
            try Data(#"(module (func (export "_start")unreachable))"#.utf8).write(to: URL(filePath: path))
            let code = try fixture.loader.finish(job)
            let program = try GuestProgram(code, name: "x", function: nil, host: fixture.host)
            #expect(try fixture.run(program).exitCode == 0)
        }
    }
}
