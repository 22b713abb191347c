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

    @Test(.enabled(if: geteuid() == 0, "only root can give privileges up"))
    func theHelperHasNoPrivilegesNoNetworkAndNoOtherFiles() async {
        await #expect(processExitsWith: .success) {
            let inherited = open("/etc/passwd", O_RDONLY)
            let fixture = try Fixture(confine: {
                let status = try readText("/proc/self/status").split(separator: "\n")
                    .filter { $0.hasPrefix("CapEff") || $0.hasPrefix("NoNewPrivs") }
                    .map { String($0).replacing("\t", with: " ") }
                let devices = try readText("/proc/self/net/dev").split(separator: "\n").count - 2
                let limit = try currentLimit(.data).hard
                let facts =
                    ["uid \(getuid()) \(geteuid())"] + status
                    + ["devices \(devices)", "limit \(limit)", "inherited \(fcntl(inherited, F_GETFD))"]
                throw GuestError(.engine, facts.joined(separator: ", "))
            })
            let error = try Self.failure(fixture, Data(Self.empty.utf8))
            #expect(
                error.message == "app.wasm was not compiled: uid 65534 65534, CapEff: 0000000000000000, "
                    + "NoNewPrivs: 1, devices 1, limit \(2 << 30), inherited -1")
        }
    }

    @Test func concurrentCompilationsOfOneModuleJoin() async {
        await #expect(processExitsWith: .success) {
            // Each helper that compiles says so; none goes on before all are started.
            let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)").path
            mkdir(folder, 0o777)
            chmod(folder, 0o777)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let fixture = try Fixture(confine: {
                _ = try openFile("\(folder)/\(getpid())", O_WRONLY | O_CREAT, mode: 0o600)
                while access(folder + "/go", F_OK) != 0 { usleep(1000) }
            })
            let path = try fixture.file(Data(Self.empty.utf8))
            var jobs = try (0..<3).map { _ in
                let file = try fixture.open(path)
                guard case .compiling(let job) = try fixture.loader.load(file.raw, name: "x") else {
                    throw GuestError(.engine, "not compiling")
                }
                return job
            }
            _ = try openFile(folder + "/go", O_WRONLY | O_CREAT, mode: 0o600)
            while !jobs.isEmpty {
                var ends = jobs.map { pollfd(fd: $0.resultDescriptor, events: Int16(POLLIN), revents: 0) }
                try systemCall("poll") { poll(&ends, nfds_t(ends.count), -1) }
                let index = try #require(ends.firstIndex { $0.revents != 0 })
                _ = try fixture.loader.finish(jobs.remove(at: index))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
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
