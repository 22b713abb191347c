import Foundation
import OCISpec
import Testing

@testable import ShimBench

extension Integration {
    /// What a runtime MUST do by the runtime specification, version 1.2, through the command. The rest is in the suites
    /// beside:
    ///
    /// | the specification | tested by |
    /// |---|---|
    /// | runtime.md, State: its fields in each state | `RuntimeLifecycleTests.aContainerGoesThroughItsStates` |
    /// | runtime.md, Lifecycle 1 to 14, hooks | `RuntimeSpecificationTests.hooksRunAtTheirStages`, here |
    /// | runtime.md, Errors: an operation that fails leaves all as it was | `whatIsInTheWrongStateIsRefused`, here |
    /// | runtime.md, Create: a unique id; config.json is that of Create | `theConfigurationIsThatOfCreate` |
    /// | runtime.md, Start, Kill, Delete in the states that they are for | `whatIsInTheWrongStateIsRefused` |
    /// | config.md, root, mounts in order, process, user, hostname | `RuntimeSpecificationTests` |
    /// | config.md, rlimits: duplicates and unknown ones are errors | here |
    /// | config.md, Extensibility and Valid values | here |
    /// | config-linux.md, namespaces by path, new, or the runtime's | `namespacesAreItsOwnOrThoseOfAPath`, here |
    /// | config-linux.md, default devices, symlinks | `theDefaultDevicesAndLinksAreThere` |
    /// | config-linux.md, cgroupsPath: the same place for the same path | here |
    /// | config-linux.md, sysctl, masked and read-only paths | `namesAndKernelParametersAreSet`, `pathsAreMaskedOrReadOnly` |
    @Suite(.needsInstalledTree)
    struct RuntimeMustTests {
        private static let sleep = ["/bin/busybox", "sleep", "1000"]

        @Test func operationsWithoutWhatTheyNeedAreErrors() async throws {
            try await RuntimeFixture.run { runtime in
                for word in ["state", "create", "start", "kill", "delete"] {
                    #expect(try await runtime.martlet(word).status != 0, "\(word)")
                }
                for word in ["state", "start", "kill", "delete"] {
                    let outcome = try await runtime.martlet(word, "nobody")
                    #expect(outcome.status != 0 && outcome.stderr.contains("nobody"), "\(word)")
                }
                let bundle = try await runtime.martlet("create", "--bundle", "\(runtime.folder)/none", "c1")
                #expect(bundle.status != 0)
                _ = try await runtime.bundle("c2", Self.sleep) { $0.process = nil }
                let process = try await runtime.create("c2")
                #expect(process.status != 0 && process.stderr.contains("process"), "\(process)")
                #expect(try await runtime.expect("list", "--quiet") == "")
            }
        }

        /// Profiles that were written before a call was there do not let it pass.
        @Test func aProgramRunsUnderAFilterThatIsOlderThanTheCallsOfTheRuntime() async throws {
            try await RuntimeFixture.run { runtime in
                func run(_ program: String) async throws -> Outcome {
                    let path = try await runtime.bundle("c1", [program, "echo", "ran"]) {
                        var profile = SeccompProfile(defaultAction: "SCMP_ACT_ALLOW")
                        profile.syscalls = [
                            SeccompRule(
                                names: ["access", "faccessat", "faccessat2", "close_range"], action: "SCMP_ACT_ERRNO")
                        ]
                        $0.linux?.seccomp = profile
                    }
                    defer { try? FileManager.default.removeItem(atPath: path) }
                    return try await runtime.martlet("run", "--bundle", path, "c1")
                }
                for program in ["/bin/busybox", "busybox"] {
                    let ran = try await run(program)
                    #expect(ran.status == 0 && ran.stdout == "ran\n", "\(program): \(ran)")
                }
                let none = try await run("/bin/none")
                #expect(none.status != 0 && none.stderr.contains("no such file"), "\(none)")
            }
        }

        /// Also one that is no mount point, and whose name does not end with a folder's.
        @Test func theRootMayBeNamedByDotsAndLinks() async throws {
            try await RuntimeFixture.run { runtime in
                let path = try await runtime.bundle("c1", ["/bin/busybox", "echo", "ran"])
                try FileManager.default.createSymbolicLink(
                    atPath: "\(path)/link", withDestinationPath: "rootfs/../rootfs")
                for root in ["rootfs/.", "./rootfs/bin/..", "link", "\(path)/./rootfs/."] {
                    var spec = ContainerSpec.make(
                        arguments: ["/bin/busybox", "echo", "ran"], cgroupsPath: "/\(runtime.name)/c1")
                    spec.root?.path = root
                    try Data(try encodeJSON(spec)).write(to: URL(filePath: "\(path)/config.json"))
                    let ran = try await runtime.martlet("run", "--bundle", path, "c1")
                    #expect(ran.status == 0 && ran.stdout == "ran\n", "\(root): \(ran)")
                }
            }
        }

        /// What is not known is passed over; what is known and makes no sense is an error, and nothing is made.
        @Test func unknownPropertiesAreIgnoredAndInvalidValuesRefused() async throws {
            try await RuntimeFixture.run { runtime in
                let path = try await runtime.bundle("c1", ["/bin/busybox", "echo", "ran"]) {
                    $0.annotations = ["org.example.unknown": "x", "martlet.example": "y"]
                }
                let file = URL(filePath: "\(path)/config.json")
                var json = try #require(
                    try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
                json["nobodyKnowsThis"] = ["deep": [1, 2, 3]]
                var linux = try #require(json["linux"] as? [String: Any])
                linux["norThis"] = true
                json["linux"] = linux
                try JSONSerialization.data(withJSONObject: json).write(to: file)
                let ran = try await runtime.martlet("run", "--bundle", path, "c1")
                #expect(ran.status == 0 && ran.stdout == "ran\n", "\(ran)")

                let wrong: [(String, (inout Spec) -> Void)] = [
                    (
                        "RLIMIT_NOSUCH",
                        { $0.process?.rlimits = [ResourceLimit(type: "RLIMIT_NOSUCH", soft: 1, hard: 1)] }
                    ),
                    (
                        "RLIMIT_NOFILE",
                        {
                            $0.process?.rlimits = [
                                ResourceLimit(type: "RLIMIT_NOFILE", soft: 64, hard: 64),
                                ResourceLimit(type: "RLIMIT_NOFILE", soft: 32, hard: 32),
                            ]
                        }
                    ),
                    ("namespaces", { $0.linux?.namespaces?.append(Namespace(type: .mount)) }),
                    (
                        "namespaces",
                        {
                            $0.linux?.namespaces?.removeAll { $0.type == .ipc }
                            $0.linux?.namespaces?.append(Namespace(type: .ipc, path: "/proc/1/ns/uts"))
                        }
                    ),
                    ("rootfsPropagation", { $0.linux?.rootfsPropagation = "sideways" }),
                    ("no.such.parameter", { $0.linux?.sysctl = ["kernel.no.such.parameter": "1"] }),
                ]
                for (index, (word, change)) in wrong.enumerated() {
                    let id = "w\(index)"
                    _ = try await runtime.bundle(id, Self.sleep, change: change)
                    let refused = try await runtime.create(id)
                    #expect(refused.status == 1 && refused.stderr.contains(word), "\(word): \(refused)")
                    #expect(try await runtime.martlet("state", id).status == 1, "\(word)")
                }
            }
        }

        /// Delete takes away what Create made, and nothing else.
        @Test func whatTheRuntimeDidNotMakeStays() async throws {
            try await RuntimeFixture.run { runtime in
                let volume = try HostFolder()
                try await runtime.start("c1", ["/bin/busybox", "sh", "-c", "echo kept >/data/file; exec sleep 1000"]) {
                    $0.mounts?.append(
                        Mount(destination: "/data", type: "bind", source: volume.path, options: ["rbind"]))
                }
                try await eventually("the file") { (try? volume.text("file")) == "kept\n" }
                try await runtime.end("c1")
                #expect(try volume.text("file") == "kept\n")
                let files = FileManager.default
                #expect(files.fileExists(atPath: "\(runtime.folder)/c1/rootfs/bin/busybox"))
                #expect(files.fileExists(atPath: "\(runtime.folder)/c1/config.json"))
            }
        }

        @Test func theSameCgroupsPathIsTheSamePlace() async throws {
            try await RuntimeFixture.run { runtime in
                var places: [[String: String]] = []
                for id in ["c1", "c2"] {
                    try await runtime.start(id, Self.sleep) { $0.linux?.cgroupsPath = "/\(runtime.name)/c1" }
                    places.append(try ProcessFacts(pid: try await runtime.state(id).pid).cgroups)
                    try await runtime.end(id)
                }
                #expect(places[0] == places[1] && places[0].values.contains("/\(runtime.name)/c1"))
            }
        }

        @Test func hooksOfAStageRunInOrderAndGetTheState() async throws {
            struct State: Decodable { var ociVersion, id, status, bundle: String, pid: pid_t? }
            try await RuntimeFixture.run { runtime in
                let out = try HostFolder()
                func hook(_ name: String) -> Hook {
                    Hook(
                        path: "/bin/sh",
                        args: ["sh", "-c", "cat >\(out.path)/\(name); echo \(name) $KEY $HOME >>\(out.path)/order"],
                        env: ["KEY=value"])
                }
                let bundle = try await runtime.bundle("c1", ["/bin/busybox", "sh", "-c", "cat /hook"]) {
                    $0.hooks = Hooks()
                    $0.hooks?.createRuntime = [hook("first"), hook("second"), hook("third")]
                    // Its path is one of the container.
                    $0.hooks?.startContainer = [
                        Hook(path: "/bin/busybox", args: ["busybox", "sh", "-c", "cat >/hook"], env: [])
                    ]
                    $0.hooks?.poststop = [
                        Hook(path: "/bin/sh", args: ["sh", "-c", "exit 1"], env: []), hook("last"),
                    ]
                }
                #expect(try await runtime.create("c1").status == 0)
                #expect(try out.text("order") == "first value\nsecond value\nthird value\n")
                let state = try JSONDecoder().decode(State.self, from: Data(try out.text("second").utf8))
                let pid = try await runtime.state("c1").pid
                #expect(state.id == "c1" && state.bundle == bundle && state.pid == pid && !state.ociVersion.isEmpty)
                try await runtime.expect("start", "c1")
                try await runtime.waitForEnd("c1")
                let inside = try JSONDecoder().decode(State.self, from: Data(try runtime.output("c1").utf8))
                #expect(inside.id == "c1" && inside.status == "created")
                // One that fails after the end is told of, and the others run.
                try await runtime.expect("delete", "c1")
                #expect(try out.text("order").hasSuffix("last value\n"))
            }
        }

        @Test func aHookThatTakesTooLongIsAFailure() async throws {
            try await RuntimeFixture.run { runtime in
                _ = try await runtime.bundle("c1", Self.sleep) {
                    var hook = Hook(path: "/bin/sleep", args: ["sleep", "1000"], env: [])
                    hook.timeout = 1
                    $0.hooks = Hooks()
                    $0.hooks?.createRuntime = [hook]
                }
                let late = try await runtime.create("c1")
                #expect(late.status == 1 && late.stderr.contains("createRuntime"), "\(late)")
                #expect(try await runtime.martlet("state", "c1").status == 1)
            }
        }
    }
}
