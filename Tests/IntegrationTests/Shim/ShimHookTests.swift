import ContainerdAPI
import Foundation
import OCISpec
import TTRPC
import Testing

extension Integration {
    /// Hooks of all stages (config.md, "POSIX-platform Hooks"; runtime.md, "Lifecycle").
    @Suite(.needsInstalledTree)
    struct ShimHookTests {
        /// Notes its stage and keeps the state that it is given; of the machine's files, or of the container's.
        private func hook(_ stage: String, in folder: String, then more: String = "") -> Hook {
            let script = "cat >\(folder)/\(stage).json; echo \(stage) >>\(folder)/order; \(more)"
            if folder.hasPrefix("/out") {
                let words = "/bin/busybox cat >\(folder)/\(stage).json; echo \(stage) >>\(folder)/order; \(more)"
                return Hook(path: "/bin/busybox", args: ["busybox", "sh", "-c", words])
            }
            return Hook(path: "/bin/sh", args: ["sh", "-c", script], env: ["PATH=/usr/bin:/bin"])
        }

        /// A container that has `/out` of the machine's `out`.
        private func container(
            _ pod: ShimPod, _ out: HostFolder, hooks: (inout Hooks) -> Void
        ) throws -> DirectContainer {
            try pod.container(["/bin/busybox", "sleep", "1000"]) { spec in
                spec.mounts?.append(Mount(destination: "/out", type: "bind", source: out.path, options: ["rbind"]))
                var all = Hooks()
                hooks(&all)
                spec.hooks = all
            }
        }

        @Test func everyStageRunsInItsTurnAndIsToldTheState() async throws {
            try await ShimPod.run { pod in
                let out = try HostFolder()
                let container = try container(pod, out) { hooks in
                    hooks.prestart = [hook("prestart", in: out.path), hook("prestart2", in: out.path)]
                    hooks.createRuntime = [hook("createRuntime", in: out.path)]
                    hooks.createContainer = [hook("createContainer", in: out.path)]
                    hooks.startContainer = [hook("startContainer", in: "/out")]
                    hooks.poststart = [hook("poststart", in: out.path)]
                    hooks.poststop = [hook("poststop", in: out.path)]
                }
                try await container.startShim()
                let pid = try await container.create()
                #expect(
                    try out.text("order").split(separator: "\n") == [
                        "prestart", "prestart2", "createRuntime", "createContainer",
                    ])
                try await container.start()
                #expect(try out.text("order").split(separator: "\n").suffix(2) == ["startContainer", "poststart"])
                try await container.end()
                #expect(try out.text("order").split(separator: "\n").last == "poststop")

                let statuses = [
                    "prestart": "creating", "createRuntime": "creating", "createContainer": "creating",
                    "startContainer": "created", "poststart": "running", "poststop": "stopped",
                ]
                for (stage, status) in statuses {
                    let json = try JSONSerialization.jsonObject(with: Data(out.text("\(stage).json").utf8))
                    let state = try #require(json as? [String: Any])
                    #expect(state["status"] as? String == status, "\(stage)")
                    #expect(state["id"] as? String == container.id)
                    #expect(state["bundle"] as? String == container.folder)
                    #expect(state["ociVersion"] as? String == "1.0.2-dev")
                    if stage != "poststop" { #expect(state["pid"] as? Int == Int(pid), "\(stage)") }
                }
            }
        }

        @Test(arguments: ["prestart", "createRuntime", "createContainer"])
        func aHookThatFailsFailsCreate(stage: String) async throws {
            try await ShimPod.run { pod in
                let out = try HostFolder()
                let container = try container(pod, out) { hooks in
                    let failing = [hook(stage, in: out.path, then: "echo it hurts; exit 9"), hook("no", in: out.path)]
                    switch stage {
                    case "prestart": hooks.prestart = failing
                    case "createRuntime": hooks.createRuntime = failing
                    default: hooks.createContainer = failing
                    }
                    hooks.poststop = [hook("poststop", in: out.path)]
                }
                try await container.startShim()
                let status = try await refusal { try await container.create() }
                for word in ["hooks.\(stage)[0]", "9", "it hurts"] {
                    #expect(status.message.contains(word), "\(status)")
                }
                // The container is destroyed, and what comes after that is still done.
                #expect(try out.text("order") == "\(stage)\npoststop\n")
                try await container.shutdown()
            }
        }

        @Test func aStartContainerHookThatFailsFailsStart() async throws {
            try await ShimPod.run { pod in
                let out = try HostFolder()
                let container = try container(pod, out) { hooks in
                    hooks.startContainer = [hook("startContainer", in: "/out", then: "exit 9")]
                }
                try await container.startShim()
                try await container.create()
                let status = try await refusal { try await container.start() }
                #expect(status.message.contains("hooks.startContainer[0]"), "\(status)")
                try await container.wait()
                try await container.delete()
                try await container.shutdown()
            }
        }

        @Test func aHookThatTakesTooLongIsKilled() async throws {
            try await ShimPod.run { pod in
                let out = try HostFolder()
                let container = try container(pod, out) { hooks in
                    var slow = hook("createRuntime", in: out.path, then: "echo $$ >\(out.path)/pid; exec sleep 60")
                    slow.timeout = 1
                    hooks.createRuntime = [slow]
                }
                try await container.startShim()
                let status = try await refusal { try await container.create() }
                #expect(status.message.contains("hooks.createRuntime[0]"), "\(status)")
                #expect(status.message.contains("1 s"), "\(status)")
                let pid = try #require(pid_t(try out.text("pid").trimmingCharacters(in: .whitespacesAndNewlines)))
                #expect(!ProcessFacts(pid: pid).isAlive)
                try await container.shutdown()
            }
        }

        /// A warning, by version 1.2 of the specification.
        @Test func aPoststartHookThatFailsChangesNothing() async throws {
            try await ShimPod.run { pod in
                let out = try HostFolder()
                let container = try container(pod, out) { hooks in
                    hooks.poststart = [
                        hook("poststart", in: out.path, then: "exit 9"), hook("poststart2", in: out.path),
                    ]
                }
                let pid = try await container.launch()
                #expect(try out.text("order") == "poststart\npoststart2\n")
                #expect(ProcessFacts(pid: pid).isAlive)
                try await container.end()
            }
        }

        @Test func aPoststopHookThatFailsDoesNotHoldDeleteUp() async throws {
            try await ShimPod.run { pod in
                let out = try HostFolder()
                let container = try container(pod, out) { hooks in
                    hooks.poststop = [
                        hook("poststop", in: out.path, then: "exit 9"), hook("poststop2", in: out.path),
                    ]
                }
                try await container.launch()
                try await container.end()
                #expect(try out.text("order") == "poststop\npoststop2\n")
            }
        }
    }
}
