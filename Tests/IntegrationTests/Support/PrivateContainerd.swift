import CRIClient
import Foundation
import Testing

/// Debian's containerd, or the one that `hack/test --containerd` chose, with its own root, state, sockets and PATH, so
/// that the one of the system is not touched.
/// One serves the whole run; it is ended, with its containers and its mounts, when the test process exits. If the
/// process is killed, `hack/test` ends it by the pid in its folder.
actor PrivateContainerd {
    /// The folder of everything that is its own. Short: the path of a socket has room for 107 bytes.
    nonisolated let folder: String
    /// Its own containerd namespace, which is also the parent of its containers' cgroups.
    nonisolated let namespace: String
    nonisolated var socket: String { "\(folder)/c.sock" }
    /// Where its shims put temporary files, by TMPDIR.
    nonisolated var temporaryFiles: String { "\(folder)/tmp" }
    /// Where `ctr` puts FIFOs.
    nonisolated var fifos: String { "\(folder)/fifo" }

    private var images: [Image: Task<String, any Error>] = [:]
    private var podImages: [Image: Task<String, any Error>] = [:]
    private var lastNumber = 0
    private var pods: [String] = []
    /// What `shimSockets` found, by namespace and id.
    private var hashes: [String: String] = [:]
    private var daemon: Command

    private static let starting = Task { try await PrivateContainerd() }

    /// The one of this run, started when it is first asked for.
    static var shared: PrivateContainerd {
        get async throws { try await starting.value }
    }

    private static let path =
        (Requirement.containerd.map { "\($0)/bin:" } ?? "")
        + "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    private init() async throws {
        if let given = ProcessInfo.processInfo.environment["MARTLET_TEST_FOLDER"] {
            folder = given
        } else {
            var template = Array("/tmp/martlet.XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw FixtureError(description: "no folder can be made in /tmp") }
            folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        // As /var/lib/containerd and /run/containerd are: the root of a pod's user namespace passes through.
        chmod(folder, 0o711)
        namespace = URL(fileURLWithPath: folder).lastPathComponent
        for name in ["tmp", "fifo"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        // Whose it is, should it ever be found without its test process.
        try "\(Repository.folder) \(getpid())\n".write(toFile: "\(folder)/owner", atomically: true, encoding: .utf8)
        try CRISetup.write(in: folder, name: namespace)
        try Self.configuration(folder, version: try await Self.isVersion1 ? 2 : 3).write(
            toFile: "\(folder)/config.toml", atomically: true, encoding: .utf8)
        daemon = try Self.launch(folder)
        ContainerdEnd.arrange(folder: folder, namespace: namespace)
        try await answer()
    }

    /// Of version 3 for containerd 2, of version 2 before.
    private static func configuration(_ folder: String, version: Int) -> String {
        """
        version = \(version)
        root = "\(folder)/root"
        state = "\(folder)/state"
        [grpc]
          address = "\(folder)/c.sock"
        [ttrpc]
          address = "\(folder)/c.sock.ttrpc"
        [debug]
          level = "debug"
        # Else /opt/containerd, whose bin would come first in PATH, and the system's NRI socket.
        [plugins."io.containerd.internal.v1.opt"]
          path = "\(folder)/opt"
        [plugins."io.containerd.nri.v1.nri"]
          disable = true
        \(CRISetup.configuration(folder, version: version))
        """
    }

    /// Whether the containerd under test is 1.x; `containerd --version` prints its version as the third word.
    static var isVersion1: Bool {
        get async throws {
            let outcome = try await containerd("--version")
            let words = outcome.stdout.split(separator: " ")
            guard words.count > 2 else { throw FixtureError(description: "containerd --version: \(outcome.stderr)") }
            return words[2].drop { $0 == "v" }.hasPrefix("1.")
        }
    }

    /// Runs the program of the containerd under test to its end: for what it says of itself.
    static func containerd(_ arguments: String...) async throws -> Outcome {
        try await Command(
            "/bin/sh", ["-c", #"exec containerd "$@""#, "sh"] + arguments, environment: ["PATH": path]
        ).outcome()
    }

    private static func launch(_ folder: String) throws -> Command {
        let prefix = Requirement.prefix.map { "\($0)/bin:" } ?? ""
        // The log is kept in the folder: the daemon writes it itself, so that its shims have no pipe of ours.
        let daemon = try Command(
            "/bin/sh",
            ["-c", "exec containerd --config \(folder)/config.toml </dev/null >>\(folder)/log 2>&1"],
            environment: ["PATH": prefix + path, "HOME": "/root", "TMPDIR": "\(folder)/tmp"])
        try "\(daemon.pid)".write(toFile: "\(folder)/pid", atomically: true, encoding: .utf8)
        return daemon
    }

    private func answer() async throws {
        try await eventually("an answer of the private containerd, whose log is \(folder)/log", within: 90) {
            guard !daemon.hasEnded else { throw FixtureError(description: "containerd ended: see \(folder)/log") }
            return try await ctr("version").status == 0
        }
        // Its plug-in for pods first looks for those that there were.
        let client = cri
        try await eventually("an answer of the CRI plug-in, whose log is \(folder)/log", within: 90) {
            (try? await client.podSandboxes()) != nil
        }
    }

    /// Ends containerd alone, as an upgrade of it would, and starts it again; its shims live on.
    ///
    /// - Parameter meanwhile: what happens while there is no containerd.
    func restart(with signal: Int32 = SIGTERM, meanwhile: @Sendable () async throws -> Void = {}) async throws {
        kill(daemon.pid, signal)
        _ = await daemon.outcome()
        try await meanwhile()
        daemon = try Self.launch(folder)
        try await answer()
    }

    /// The paths of the sockets of all shims of this run, whether they are there or not: they are named by a hash of
    /// address, namespace and the id of the container or pod.
    func shimSockets() async throws -> [String] {
        let groups =
            (0..<lastNumber).map { "\(namespace)/c\($0 + 1)" } + pods.map { "\(CRISetup.namespace)/\($0)" }
        let new = groups.filter { hashes[$0] == nil }
        if !new.isEmpty {
            let script = #"for word; do printf %s "$word" | sha256sum; done"#
            let lines = try await Command(
                "/bin/sh", ["-c", script, "sh"] + new.map { "\(socket)/\($0)" }, environment: ["PATH": "/usr/bin:/bin"]
            ).outcome().stdout.split(separator: "\n")
            for (group, line) in zip(new, lines) { hashes[group] = String(line.prefix(64)) }
        }
        return hashes.values.map { "/run/containerd/s/\($0)" }
    }

    /// Remembers a pod sandbox by its id.
    func know(pod: String) { pods.append(pod) }

    /// An id that no other container of this run has.
    func newID() -> String {
        lastNumber += 1
        return "c\(lastNumber)"
    }

    /// Starts its own `ctr` against it, in its namespace.
    nonisolated func start(_ arguments: [String], input: Data? = nil, endsInput: Bool = true) throws -> Command {
        try Command(
            Requirement.containerd.map { "\($0)/bin/ctr" } ?? "/usr/bin/ctr",
            ["--address", socket, "--namespace", namespace] + arguments,
            environment: ["PATH": Self.path, "HOME": "/root"], input: input, endsInput: endsInput)
    }

    /// Runs its own `ctr` against it, in its namespace.
    @discardableResult
    nonisolated func ctr(_ arguments: String..., input: Data? = nil) async throws -> Outcome {
        try await ctr(arguments, input: input)
    }

    nonisolated func ctr(_ arguments: [String], input: Data? = nil) async throws -> Outcome {
        try await start(arguments, input: input).outcome()
    }

    /// The name under which pods can run the image; it is made and imported when it is first asked for.
    func podName(of image: Image) async throws -> String {
        if let importing = podImages[image] { return try await importing.value }
        let number = podImages.count + 1
        let importing = Task {
            try await importForPods(
                image, as: image == .pause ? CRISetup.pauseImage : "localhost/martlet/\(number):latest")
        }
        podImages[image] = importing
        return try await importing.value
    }

    private nonisolated func importForPods(_ image: Image, as name: String) async throws -> String {
        let archive = "\(folder)/\(UUID().uuidString).tar"
        try await image.write(to: archive, name: name)
        let outcome = try await ctr("--namespace", CRISetup.namespace, "image", "import", archive)
        guard outcome.status == 0 else { throw FixtureError(description: "ctr image import: \(outcome.stderr)") }
        try FileManager.default.removeItem(atPath: archive)
        // The plug-in learns of images by events.
        let client = cri
        try await eventually("image \(name) in CRI") { try await client.hasImage(name) }
        return name
    }

    /// The client of its CRI plug-in.
    nonisolated var cri: CRIClient { CRIClient(socket: socket) }

    /// The name under which the image can be run; it is made and imported when it is first asked for.
    func name(of image: Image) async throws -> String {
        if let importing = images[image] { return try await importing.value }
        let number = images.count + 1
        let importing = Task {
            let name = "localhost/guest\(number):1"
            let archive = "\(folder)/image\(number).tar"
            try await image.write(to: archive, name: name)
            let outcome = try await ctr("image", "import", archive)
            guard outcome.status == 0 else { throw FixtureError(description: "ctr image import: \(outcome.stderr)") }
            try FileManager.default.removeItem(atPath: archive)
            return name
        }
        images[image] = importing
        return try await importing.value
    }
}
