import ContainerdAPI
import Foundation
import OCISpec
import TTRPC
import Testing

extension Integration {
    /// What a hook's failure means at each stage (runtime.md of version 1.2, "Lifecycle").
    @Suite(.needsInstalledTree)
    struct ShimHookTests {
        private func hook(_ script: String) -> Hook {
            Hook(path: "/bin/sh", args: ["sh", "-c", script], env: ["PATH=/usr/bin:/bin"])
        }

        @Test(arguments: [Hooks.Stage.prestart, .createRuntime, .createContainer])
        func aHookOfTheCreationThatFailsFailsCreate(stage: Hooks.Stage) async throws {
            try await ShimPod.run { pod in
                let mark = "\(pod.folder)/stopped"
                let container = try pod.container(["/tool.wasm", "exit", "0"]) { spec in
                    var hooks = Hooks()
                    hooks[stage] = [hook("echo no such luck >&2; exit 3")]
                    hooks.poststop = [hook("cat > \(mark)")]
                    spec.hooks = hooks
                }
                try await container.startShim()
                let status = try await refusal { try await container.create() }
                #expect(status.message.contains("no such luck"), "\(status)")
                #expect(try String(contentsOfFile: mark, encoding: .utf8).contains(#""status":"stopped""#))
                try await container.shutdown()
            }
        }

        @Test func aStartContainerHookThatFailsFailsStartAndEndsTheContainer() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/bin/busybox", "true"]) { spec in
                    var hooks = Hooks()
                    hooks.startContainer = [Hook(path: "/bin/busybox", args: ["false"])]
                    spec.hooks = hooks
                }
                try await container.startShim()
                try await container.create()
                let status = try await refusal { try await container.start() }
                #expect(status.message.contains("startContainer[0]"), "\(status)")
                #expect(try await container.finish() != 0)
            }
        }

        @Test func aPoststartOrPoststopHookThatFailsChangesNothing() async throws {
            try await ShimPod.run { pod in
                let mark = "\(pod.folder)/mark"
                let container = try pod.container(["/tool.wasm", "exit", "5"]) { spec in
                    var hooks = Hooks()
                    hooks.poststart = [hook("exit 1"), hook("cat > \(mark).start")]
                    hooks.poststop = [hook("exit 1"), hook("cat > \(mark).stop")]
                    spec.hooks = hooks
                }
                try await container.launch()
                #expect(try String(contentsOfFile: "\(mark).start", encoding: .utf8).contains(#""status":"running""#))
                #expect(try await container.finish() == 5)
                #expect(try String(contentsOfFile: "\(mark).stop", encoding: .utf8).contains(#""status":"stopped""#))
            }
        }
    }
}
