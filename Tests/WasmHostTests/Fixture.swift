import CLinux
import Foundation
import Glibc
import HTTPPolicy
import LinuxSystem
import Wasm

@testable import WasmHost

/// Has no interfaces, and serves nothing.
private struct NoService: GuestService {
    let mostGuests = 1

    func mapsMemories(of module: Int32) -> Bool { false }

    func define(in linker: ComponentLinker, imports: [String]) {}

    let loweredFunctions: Set<String> = []

    func defineLowered(in linker: Linker) {}

    func define(in linker: Linker) {}

    func plan(
        _ program: GuestProgram, _ invocation: GuestInvocation, annotations: [String: String], host: GuestHost,
        report: @escaping @Sendable (String) -> Void
    ) -> () throws(GuestError) -> Void {
        {}
    }
}

/// Defines a `wasi:http` that nothing can be done with.
private struct NoClient: GuestClient {
    func defineClient(in linker: ComponentLinker, imports: [String]) throws(EngineError) {
        for name in imports where name.hasPrefix("wasi:http/") {
            var interface = HostInterface(name)
            interface.resources = [("fields", 1, { _, _ in })]
            try linker.define(interface, as: name)
        }
    }

    func plan(
        _ component: Component, _ invocation: GuestInvocation, outgoing: OutgoingPolicy, host: GuestHost,
        report: @escaping @Sendable (String) -> Void
    ) -> () -> any GuestSurroundings {
        { RunningCommand(invocation) }
    }
}

/// A loader with a cache of its own, and a way to run guests. Compiling forks, and the compiler's threads do not
/// survive a fork: so only for use in a process in which nothing was compiled, that is in exit tests.
final class Fixture {
    let folder: String
    let host: GuestHost
    let cache: ArtifactCache
    let loader: ModuleLoader
    private var files = 0

    init(
        _ configuration: EngineConfiguration = EngineConfiguration(), limit: UInt64 = 1 << 30,
        limits: Compiler.Limits = Compiler.Limits(), serves: Bool = false, sends: Bool = false,
        confine: @escaping () throws -> Void = {}
    ) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        host = try GuestHost(configuration, service: serves ? NoService() : nil, client: sends ? NoClient() : nil)
        cache = try ArtifactCache(path: folder + "/cache", limit: limit, configuration: configuration)
        loader = ModuleLoader(host: host, cache: cache, limits: limits, confine: confine)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Writes a file that was last changed long ago, as far as its mtime goes.
    func file(_ contents: some DataProtocol) throws -> String {
        files += 1
        let path = "\(folder)/module-\(files)"
        try Data(contents).write(to: URL(filePath: path))
        return path
    }

    func open(_ path: String) throws -> OwnedFileDescriptor {
        OwnedFileDescriptor(owning: try systemCall("open", path) { Glibc.open(path, O_RDONLY | O_CLOEXEC) })
    }

    /// Loads a file, compiling it if need be; answers whether it was compiled.
    func load(path: String) throws -> (code: GuestCode, wasCompiled: Bool) {
        let file = try open(path)
        switch try loader.load(file.raw, name: "app.wasm") {
        case .ready(let code): return (code, false)
        case .compiling(let job): return (try loader.finish(job), true)
        }
    }

    func program(_ text: String, function: String? = nil) throws -> GuestProgram {
        let code = try load(path: try file(Data(text.utf8))).code
        return try GuestProgram(code, name: "app.wasm", function: function, host: host)
    }

    struct Outcome {
        var status: Int32 = 0
        var output = ""
        var error = ""

        /// The exit code; nil if a signal ended the process.
        var exitCode: Int32? { status & 0x7f == 0 ? status >> 8 & 0xff : nil }
    }

    /// Runs a guest in a forked process.
    func run(
        _ program: GuestProgram, arguments: [String] = ["app.wasm"], environment: [String] = [],
        memoryLimit: UInt64? = nil, in folder: String = "/", root: String? = nil
    ) throws -> Outcome {
        let invocation = try GuestInvocation(
            arguments: arguments, environment: environment, memoryLimit: memoryLimit)
        return try fork {
            if let root { try systemCall("chroot") { chroot(root) } }
            try systemCall("chdir") { chdir(folder) }
            let end = try GuestRun(program, invocation, host: self.host).run()
            if let report = end.report { FileHandle.standardError.write(Data(report.utf8)) }
            return end.exitCode
        }
    }

    /// Runs a closure in a forked process with pipes for its standard output and error.
    func fork(_ body: () throws -> Int32) throws -> Outcome {
        let output = Pipe()
        let error = Pipe()
        let pid = martlet_fork()
        if pid == 0 {
            dup2(output.fileHandleForWriting.fileDescriptor, 1)
            dup2(error.fileHandleForWriting.fileDescriptor, 2)
            do {
                _exit(try body())
            } catch {
                FileHandle.standardError.write(Data("\(error)\n".utf8))
                _exit(99)
            }
        }
        try output.fileHandleForWriting.close()
        try error.fileHandleForWriting.close()
        var outcome = Outcome()
        outcome.output = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        outcome.error = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        waitpid(pid, &outcome.status, 0)
        return outcome
    }
}

/// How many threads this process has.
func threadCount() -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0
}
