import Foundation
import LinuxSystem
import Synchronization
import Testing

@testable import ShimBench

/// The machine's podman as root, with Martlet as its runtime: storage, state, locks and cgroups are the test's own, and
/// no network is made.
final class PodmanFixture: Sendable {
    /// Its name is the parent of the cgroups, too.
    private let folder: String
    private var name: String { URL(filePath: folder).lastPathComponent }
    private let calls = CallCounter()

    static let module = "localhost/martlet-module:1"
    static let native = "localhost/martlet-native:1"

    /// Runs a test with both images loaded, and holds it to leaving nothing: no process, mount, cgroup or state.
    static func run(_ body: (PodmanFixture) async throws -> Void) async throws {
        let fixture = try PodmanFixture()
        do {
            try await fixture.load(.guest("tool.wasm", "hello.wasm"), as: module)
            try await fixture.load(.busybox, as: native)
            try await body(fixture)
            // podman is run once more for each container that ends, by conmon and after the container has ended.
            try await eventually("nothing to be left of the containers") { try await fixture.left().isEmpty }
        } catch {
            let left = (try? await fixture.left()) ?? []
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
        // Nothing of the machine's configuration, and locks in files: they are in one segment of memory for all else.
        try "[engine]\nlock_type = \"file\"\n".write(
            toFile: "\(folder)/containers.conf", atomically: false, encoding: .utf8)
    }

    private func load(_ image: Image, as name: String) async throws {
        let archive = "\(folder)/image.tar"
        try await image.write(to: archive, name: name)
        try await expect("load", "--quiet", "--input", archive)
    }

    /// podman, with what it says.
    ///
    /// Its streams are files, and it has no other descriptors of this process. conmon, which podman leaves behind with
    /// each container, has all of them for as long as the container runs: who reads pipes to their end waits for that
    /// and not for podman, and Foundation's `Process` does so, too, by a socket of its own that it hands on.
    func podman(_ words: [String], input: String? = nil) async throws -> Outcome {
        let errors = "\(folder)/\(calls.next()).err"
        let flags = [
            "--root", "\(folder)/root", "--runroot", "\(folder)/runroot", "--tmpdir", "\(folder)/tmp",
            "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--events-backend", "file",
            "--runtime", RuntimeFixture.program,
        ]
        var command = TimedCommand(
            path: Requirement.podman, arguments: [Requirement.podman] + flags + words,
            environment: [
                "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=\(folder)", "CONTAINERS_CONF=\(folder)/containers.conf",
            ],
            input: Array((input ?? "").utf8), timeout: Int(Patience.seconds(120).components.seconds))
        command.kept = 1 << 20
        let call = command
        let ended = try await withCheckedThrowingContinuation { continuation in
            Thread {
                continuation.resume(
                    with: Result {
                        let file = try openFile(errors, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
                        var call = call
                        call.errors = file.raw
                        return try call.run()
                    })
            }.start()
        }
        return Outcome(
            stdout: ended.output, stderr: try String(contentsOfFile: errors, encoding: .utf8),
            status: ended.end.status)
    }

    func podman(_ words: String..., input: String? = nil) async throws -> Outcome {
        try await podman(words, input: input)
    }

    /// The same for one that is to succeed; answers its stdout.
    @discardableResult
    func expect(_ words: String...) async throws -> String {
        let outcome = try await podman(words)
        guard outcome.status == 0 else {
            throw FixtureError(description: "podman \(words.joined(separator: " ")): \(outcome)")
        }
        return outcome.stdout
    }

    /// `podman run`. Limits as they are here: podman would raise them, for which root may lack the capability.
    func run(_ options: [String], _ words: [String], input: String? = nil) async throws -> Outcome {
        var limits: [String] = []
        for (name, resource) in [("nofile", LimitedResource.openFiles), ("nproc", .processes)] {
            let most = min(try currentLimit(resource).hard, 4096)
            limits += ["--ulimit", "\(name)=\(most):\(most)"]
        }
        return try await podman(
            ["run", "--network", "none", "--log-driver", "k8s-file", "--cgroup-parent", "/\(name)"] + limits + options
                + words, input: input)
    }

    /// A container that goes on, once it has said "ready".
    func start(_ container: String, _ options: [String], _ words: [String]) async throws {
        let outcome = try await run(["--detach", "--name", container] + options, words)
        guard outcome.status == 0 else { throw FixtureError(description: "podman run: \(outcome)") }
        try await eventually("\(container) to be ready") {
            try await self.podman("logs", container).stdout == "ready\n"
        }
    }

    // MARK: What is left

    private var cgroups: [String] {
        let top = "/sys/fs/cgroup"
        let hierarchies =
            [top] + ((try? FileManager.default.contentsOfDirectory(atPath: top)) ?? []).map { "\(top)/\($0)" }
        return hierarchies.flatMap { hierarchy in
            ((try? FileManager.default.contentsOfDirectory(atPath: "\(hierarchy)/\(name)")) ?? []).filter {
                // conmon's stays as podman makes it; `sweep` removes it.
                $0.hasPrefix("libpod-")
            }.map { "\(hierarchy)/\(name)/\($0)" }
        }
    }

    /// Its conmons, their podmans, and what is in the containers.
    private var processes: [ProcessFacts] {
        ProcessFacts.all.filter { process in
            process.isAlive
                && (((try? process.arguments) ?? []).contains { $0.contains(folder) }
                    || ((try? process.cgroups) ?? [:]).values.contains { $0.hasPrefix("/\(name)/") })
        }
    }

    private func left() async throws -> [String] {
        let mounts = try ProcessFacts(pid: getpid()).mounts.filter { $0.hasPrefix(folder + "/") }
        // The state is where podman has it looked for: in the node's own folder.
        let states =
            try await Command(
                RuntimeFixture.program, ["list", "--format", "json"], environment: ["PATH": "/usr/bin:/bin"]
            ).outcome().stdout.components(separatedBy: "\(folder)/").count - 1
        return processes.map { "process \($0.pid)" } + mounts.map { "mount \($0)" } + cgroups.map { "cgroup \($0)" }
            + (states > 0 ? ["the state of \(states)"] : [])
    }

    private func sweep() async {
        _ = try? await podman("rm", "--all", "--force", "--time", "0")
        for process in processes { kill(process.pid, SIGKILL) }
        // A killed process is in its cgroup until its last thread has ended.
        try? await eventually("the end of what was killed") { self.processes.isEmpty }
        Sweep.cgroups(namespace: name, id: "conmon")
        Sweep.cgroups(namespace: name, id: "")
        Sweep.folder(folder)
    }
}

/// Numbers the calls of a fixture, whose files they name.
private final class CallCounter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
