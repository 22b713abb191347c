import Foundation
import Testing

/// Everything of one private containerd that containers could leave behind: counted before and after a test.
struct Census: Equatable, Sendable {
    var processes: Set<String> = []
    var mounts: Set<String> = []
    var cgroups: Set<String> = []
    var sockets: Set<String> = []
    var files: Set<String> = []

    /// What is there and was not there before.
    func subtracting(_ before: Census) -> Census {
        Census(
            processes: processes.subtracting(before.processes), mounts: mounts.subtracting(before.mounts),
            cgroups: cgroups.subtracting(before.cgroups), sockets: sockets.subtracting(before.sockets),
            files: files.subtracting(before.files))
    }

    var isEmpty: Bool { self == Census() }

    /// Counts what belongs to this containerd now.
    static func of(_ containerd: PrivateContainerd) async throws -> Census {
        var census = Census()
        for process in ProcessFacts.all where process.isAlive && belongs(process, to: containerd) {
            census.processes.insert("\(process.pid) \((try? process.arguments.joined(separator: " ")) ?? "")")
        }
        census.mounts = Set(try ProcessFacts(pid: getpid()).mounts.filter { $0.hasPrefix(containerd.folder + "/") })
        census.cgroups = cgroups(of: containerd.namespace)
        census.sockets = Set(
            try await containerd.shimSockets().filter { FileManager.default.fileExists(atPath: $0) })
        for folder in [containerd.fifos, containerd.temporaryFiles] { census.files.formUnion(entries(folder)) }
        // Bundles and their work folders, by namespace; and what the shim keeps of a container outside of them.
        for namespace in [containerd.namespace, CRISetup.namespace] {
            for top in ["state", "root"] {
                for plugIn in ["runtime.v2.task", "sandbox.controller.v1.shim"] {
                    census.files.formUnion(
                        directEntries("\(containerd.folder)/\(top)/io.containerd.\(plugIn)/\(namespace)"))
                }
            }
        }
        // What containerd keeps of pods, and their network namespaces.
        for top in ["state", "root"] {
            for kind in ["sandboxes", "containers"] {
                census.files.formUnion(directEntries("\(containerd.folder)/\(top)/io.containerd.grpc.v1.cri/\(kind)"))
            }
        }
        census.files.formUnion(directEntries("\(containerd.folder)/state/netns"))
        census.files.formUnion(entries("/run/martlet").filter { $0.contains(containerd.namespace) })
        return census
    }

    /// A shim has the socket's address among its arguments; what it starts is known by its program's place, its
    /// cgroup or the working directory in the folder.
    private static func belongs(_ process: ProcessFacts, to containerd: PrivateContainerd) -> Bool {
        if let arguments = try? process.arguments, let index = arguments.firstIndex(of: "-address"),
            arguments.dropFirst(index + 1).first == containerd.socket
        {
            return true
        }
        if process.isExecutingInstalledProgram { return true }
        return ((try? process.cgroups) ?? [:]).values.contains {
            $0.hasPrefix("/\(containerd.namespace)/") || $0.hasPrefix("/\(containerd.namespace).slice/")
        }
    }

    /// The cgroups of containers lie under one of the namespace's name in each hierarchy, or are scopes in a slice of
    /// that name; these may stay.
    private static func cgroups(of namespace: String) -> Set<String> {
        let top = "/sys/fs/cgroup"
        let hierarchies = [top] + directEntries(top)
        let scopes = hierarchies.flatMap { entries("\($0)/\(namespace).slice") }.filter { $0.hasSuffix(".scope") }
        return Set(
            hierarchies.flatMap { directEntries("\($0)/\(namespace)") }.filter { path in
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
            } + scopes)
    }

    private static func entries(_ folder: String) -> Set<String> {
        Set((FileManager.default.subpaths(atPath: folder) ?? []).map { "\(folder)/\($0)" })
    }

    private static func directEntries(_ folder: String) -> Set<String> {
        Set(((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).map { "\(folder)/\($0)" })
    }
}

/// Fails a test when what it ran left a process, mount, cgroup, socket or file. Each test of a serialized suite is
/// compared with what was there when it began.
struct NothingLeftTrait: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void)
        async throws
    {
        guard testCase != nil else { return try await body() }
        let containerd = try await PrivateContainerd.shared
        let before = try await Census.of(containerd)
        try await body()
        // The last of it goes a moment after containerd has answered.
        let end = ContinuousClock.now + Patience.seconds(30)
        var left = try await Census.of(containerd).subtracting(before)
        while !left.isEmpty, ContinuousClock.now < end {
            try await Task.sleep(for: Patience.seconds(0.02))
            left = try await Census.of(containerd).subtracting(before)
        }
        if !left.isEmpty { Issue.record("left behind: \(left)") }
    }
}

extension Trait where Self == NothingLeftTrait {
    /// Counts processes, mounts, cgroups, sockets and files before and after each test.
    static var leavesNothing: Self { NothingLeftTrait() }
}
