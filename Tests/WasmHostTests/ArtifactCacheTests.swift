import Foundation
import LinuxSystem
import Testing

@testable import WasmHost

@Suite("The artifact cache")
struct ArtifactCacheTests {
    static let empty = #"(module (func (export "_start")))"#

    static func names(_ fixture: Fixture) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: fixture.folder + "/cache")) ?? []
        return names.filter { $0 != "index" && $0 != "lock" }.sorted()
    }

    static func index(_ fixture: Fixture) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: fixture.folder + "/cache/index")) ?? []
    }

    static func artifact(_ fixture: Fixture) throws -> String {
        fixture.folder + "/cache/" + (try #require(names(fixture).first))
    }

    @Test func aModuleIsCompiledOnce() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let first = try fixture.file(Data(Self.empty.utf8))
            #expect(try fixture.load(path: first).wasCompiled)
            #expect(try !fixture.load(path: first).wasCompiled)
            // The same bytes in another file.
            let second = try fixture.file(Data(Self.empty.utf8))
            #expect(try !fixture.load(path: second).wasCompiled)
            #expect(Self.names(fixture).count == 1)
            let mode = try FileManager.default.attributesOfItem(atPath: try Self.artifact(fixture))[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
    }

    @Test func anotherConfigurationIsAnotherArtifact() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let path = try fixture.file(Data(Self.empty.utf8))
            #expect(try fixture.load(path: path).wasCompiled)
            var configuration = EngineConfiguration()
            configuration.fuel = 1
            let host = try GuestHost(configuration)
            let cache = try ArtifactCache(
                path: fixture.folder + "/cache", limit: 1 << 30, configuration: configuration)
            let loader = ModuleLoader(host: host, cache: cache, confine: {})
            let file = try fixture.open(path)
            guard case .compiling(let job) = try loader.load(file.raw, name: "x") else {
                Issue.record("found an artifact of another configuration")
                return
            }
            _ = try loader.finish(job)
            #expect(Self.names(fixture).count == 2)
        }
    }

    @Test func aDamagedArtifactIsAMissAndIsReplaced() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let path = try fixture.file(Data(Self.empty.utf8))
            #expect(try fixture.load(path: path).wasCompiled)
            let artifact = try Self.artifact(fixture)
            let whole = try Data(contentsOf: URL(filePath: artifact))
            for damaged in [Data(), whole.prefix(100), whole.prefix(whole.count / 2), whole.dropLast(1)] {
                try damaged.write(to: URL(filePath: artifact))
                #expect(try fixture.load(path: path).wasCompiled, "\(damaged.count) of \(whole.count) bytes")
            }
            // The format's own header, and the machine that wasmtime compiled for.
            let machine = try #require(whole.range(of: Data("-unknown-linux".utf8)))
            for offset in [0, 1, 5, machine.lowerBound] {
                var flipped = whole
                flipped[offset] ^= 0x10
                try flipped.write(to: URL(filePath: artifact))
                #expect(try fixture.load(path: path).wasCompiled, "a flipped bit in byte \(offset)")
            }
            #expect(try !fixture.load(path: path).wasCompiled)
        }
    }

    @Test func anArtifactThatOthersMayTouchIsNotUsed() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let path = try fixture.file(Data(Self.empty.utf8))
            #expect(try fixture.load(path: path).wasCompiled)
            let artifact = try Self.artifact(fixture)
            chmod(artifact, 0o620)
            #expect(try fixture.load(path: path).wasCompiled)
            // A link, though it leads to a good artifact.
            rename(artifact, fixture.folder + "/elsewhere")
            symlink(fixture.folder + "/elsewhere", artifact)
            #expect(try fixture.load(path: path).wasCompiled)
        }
    }

    @Test func aCacheThatOthersMayTouchIsRefused() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            chmod(fixture.folder + "/cache", 0o750)
            let error = #expect(throws: GuestError.self) {
                try ArtifactCache(path: fixture.folder + "/cache", limit: 1, configuration: EngineConfiguration())
            }
            #expect(error?.message.contains("has mode 0750") == true)
        }
    }

    @Test func aChangedFileIsReadAgain() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let path = try fixture.file(Data(Self.empty.utf8))
            #expect(try fixture.load(path: path).wasCompiled)
            // Just changed: not remembered, however often it is loaded.
            #expect(Self.index(fixture) == [])
            try Data(#"(module (func (export "_start")unreachable))"#.utf8).write(to: URL(filePath: path))
            #expect(try fixture.load(path: path).wasCompiled)
        }
    }

    @Test func aFileThatWasLeftAloneIsRemembered() async {
        await #expect(processExitsWith: .success) {
            let fixture = try Fixture()
            let path = try fixture.file(Data(Self.empty.utf8))
            #expect(try fixture.load(path: path).wasCompiled)
            sleep(4)
            #expect(try !fixture.load(path: path).wasCompiled)
            #expect(Self.index(fixture).count == 1)
            // An index entry whose artifact is gone is of no harm, nor is one that makes no sense.
            unlink(try Self.artifact(fixture))
            #expect(try fixture.load(path: path).wasCompiled)
            let entry = fixture.folder + "/cache/index/" + Self.index(fixture)[0]
            unlink(entry)
            symlink("../../etc/passwd", entry)
            #expect(try !fixture.load(path: path).wasCompiled)
        }
    }

    @Test func whatWasNotUsedForLongestGoesFirst() async {
        await #expect(processExitsWith: .success) {
            let probe = try Fixture()
            let text = { (number: Int) in Data("(module (func (export \"_start\") i32.const \(number) drop))".utf8) }
            _ = try probe.load(path: try probe.file(text(1)))
            let size = try FileManager.default.attributesOfItem(atPath: try Self.artifact(probe))[.size] as? UInt64
            let fixture = try Fixture(limit: try #require(size) * 5 / 2)
            let paths = try (1...3).map { try fixture.file(text($0)) }
            for path in paths.prefix(2) { _ = try fixture.load(path: path) }
            // The first is used last.
            let old = Date(timeIntervalSinceNow: -10_000)
            for name in Self.names(fixture) {
                var times = [
                    timeval(tv_sec: Int(old.timeIntervalSince1970), tv_usec: 0),
                    timeval(tv_sec: Int(old.timeIntervalSince1970), tv_usec: 0),
                ]
                utimes(fixture.folder + "/cache/" + name, &times)
            }
            #expect(try !fixture.load(path: paths[0]).wasCompiled)
            #expect(try fixture.load(path: paths[2]).wasCompiled)
            #expect(Self.names(fixture).count == 2)
            #expect(try !fixture.load(path: paths[0]).wasCompiled)
            #expect(try fixture.load(path: paths[1]).wasCompiled)
        }
    }
}
