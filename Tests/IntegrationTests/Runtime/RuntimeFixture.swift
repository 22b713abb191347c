import Foundation
import OCISpec
import Synchronization
import Testing

@testable import ShimBench

/// A folder with bundles and a state folder of its own, and the command as an OCI runtime over it. Nobody but the test
/// attends to the containers.
final class RuntimeFixture: Sendable {
    static let program = "\(Requirement.prefix ?? "")/bin/martlet"

    /// Its name is the parent of the cgroups, too.
    let folder: String
    private let ids = Mutex<Set<String>>([])
    var name: String { URL(filePath: folder).lastPathComponent }
    var root: String { "\(folder)/state" }

    /// Runs a test, and holds it to leaving nothing: no process, mount, cgroup or state.
    static func run(_ body: (RuntimeFixture) async throws -> Void) async throws {
        let fixture = try RuntimeFixture()
        do {
            try await body(fixture)
            try await eventually("nothing to be left of the containers") { try fixture.left().isEmpty }
        } catch {
            let left = (try? fixture.left()) ?? []
            if !left.isEmpty { Issue.record("left behind: \(left.joined(separator: ", "))") }
            await fixture.sweep()
            throw error
        }
        await fixture.sweep()
    }

    private init() throws {
        var template = Array("/tmp/martlet.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw FixtureError(description: "no folder can be made in /tmp") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A bundle for a module of the guests or for busybox.
    func bundle(
        _ id: String, _ arguments: [String], change: (inout Spec) throws -> Void = { _ in }
    ) async throws -> String {
        _ = ids.withLock { $0.insert(id) }
        let path = "\(folder)/\(id)"
        try FileManager.default.createDirectory(atPath: "\(path)/rootfs/bin", withIntermediateDirectories: true)
        // By another process, as it could not be executed while a fork of this one holds it open for writing.
        let copied = try await Command(
            "/bin/cp",
            ["-r", "/bin/busybox", "\(path)/rootfs/bin/"], environment: [:]
        ).outcome()
        guard copied.status == 0 else { throw FixtureError(description: "cp: \(copied.stderr)") }
        if let first = arguments.first?.split(separator: "#").first, first.hasSuffix(".wasm") || first.hasSuffix(".wat")
        {
            try FileManager.default.copyItem(
                atPath: "\(Requirement.guests ?? "")\(first)", toPath: "\(path)/rootfs\(first)")
        }
        var spec = ContainerSpec.make(arguments: arguments, cgroupsPath: "/\(name)/\(id)")
        try change(&spec)
        try Data(try encodeJSON(spec)).write(to: URL(filePath: "\(path)/config.json"))
        return path
    }

    /// The command, with what it says.
    @discardableResult
    func martlet(_ words: String..., input: String? = nil) async throws -> Outcome {
        try await Command(
            Self.program, ["--root", root] + words, environment: ["PATH": "/usr/bin:/bin", "HOME": "/root"],
            input: input.map { Data($0.utf8) }
        ).outcome()
    }

    /// The same for one that is to succeed; answers its stdout.
    @discardableResult
    func expect(_ words: String...) async throws -> String {
        let outcome = try await Command(
            Self.program, ["--root", root] + words, environment: ["PATH": "/usr/bin:/bin", "HOME": "/root"]
        ).outcome()
        guard outcome.status == 0 else {
            throw FixtureError(description: "martlet \(words.joined(separator: " ")): \(outcome.stderr)")
        }
        return outcome.stdout
    }

    /// `create`, whose output and the container's go to files: the container has them after the command's end.
    func create(_ id: String, _ options: String...) async throws -> Outcome {
        var outcome = try await Command(
            "/bin/sh",
            [
                "-c", "exec \"$0\" \"$@\" >\(folder)/\(id).out 2>\(folder)/\(id).err", Self.program, "--root", root,
                "create", "--bundle", "\(folder)/\(id)",
            ] + options + [id], environment: ["PATH": "/usr/bin:/bin"]
        ).outcome()
        outcome.stderr += (try? String(contentsOfFile: "\(folder)/\(id).err", encoding: .utf8)) ?? ""
        return outcome
    }

    /// A container that runs busybox's shell with a script, detached.
    func start(_ id: String, _ arguments: [String], change: (inout Spec) throws -> Void = { _ in }) async throws {
        _ = try await bundle(id, arguments, change: change)
        let made = try await create(id)
        guard made.status == 0 else { throw FixtureError(description: "create: \(made.stderr)") }
        try await expect("start", id)
    }

    /// What the container wrote to stdout until now.
    func output(_ id: String) throws -> String { try String(contentsOfFile: "\(folder)/\(id).out", encoding: .utf8) }

    struct State: Decodable {
        var ociVersion: String
        var id: String
        var pid: pid_t
        var status: String
        var bundle: String
        var annotations: [String: String]?
    }

    func state(_ id: String) async throws -> State {
        try JSONDecoder().decode(State.self, from: Data(try await expect("state", id).utf8))
    }

    func waitForEnd(_ id: String) async throws {
        try await eventually("the end of \(id)") { try await state(id).status == "stopped" }
    }

    /// Kills it, and removes it.
    func end(_ id: String) async throws { try await expect("delete", "--force", id) }

    // MARK: What is left

    private var cgroups: [String] {
        let top = "/sys/fs/cgroup"
        let hierarchies =
            [top] + ((try? FileManager.default.contentsOfDirectory(atPath: top)) ?? []).map { "\(top)/\($0)" }
        return hierarchies.flatMap { hierarchy in
            ids.withLock { $0 }.map { "\(hierarchy)/\(name)/\($0)" }
        }.filter(FileManager.default.fileExists(atPath:))
    }

    private func left() throws -> [String] {
        let states = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let mounts = try ProcessFacts(pid: getpid()).mounts.filter { $0.hasPrefix(folder + "/") }
        let processes = ProcessFacts.all.filter { process in
            process.isAlive && ((try? process.cgroups) ?? [:]).values.contains { $0.hasPrefix("/\(name)/") }
        }
        return states.map { "state \($0)" } + mounts.map { "mount \($0)" } + cgroups.map { "cgroup \($0)" }
            + processes.map { "process \($0.pid)" }
    }

    private func sweep() async {
        for id in ids.withLock({ $0 }) {
            _ = try? await martlet("delete", "--force", id)
            Sweep.cgroups(namespace: name, id: id)
        }
        Sweep.cgroups(namespace: name, id: "")
        try? FileManager.default.removeItem(atPath: folder)
    }
}
