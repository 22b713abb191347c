import Foundation
import Testing

extension Integration {
    /// What `runtimeclass/` has for a cluster.
    @Suite(.needsInstalledTree)
    struct RuntimeClassTests {
        private static let folder = "\(Repository.folder)/runtimeclass"

        static let manifests = (FileManager.default.subpaths(atPath: folder) ?? []).filter { $0.hasSuffix(".yaml") }
            .sorted()

        @Test func thereIsOneForEachPurpose() {
            #expect(
                Self.manifests == [
                    "examples/cronjob.yaml", "examples/deployment.yaml", "examples/job.yaml", "examples/service.yaml",
                    "examples/sidecar.yaml", "runtimeclass.yaml",
                ])
        }

        /// Strictly: a field that Kubernetes does not know is an error.
        @Test(arguments: manifests)
        func aManifestFitsKubernetesSchema(name: String) async throws {
            let outcome = try await Command(
                "/usr/bin/python3", ["-m", "kubernetes_validate", "--strict", "\(Self.folder)/\(name)"],
                environment: ["PATH": "/usr/bin:/bin", "PYTHONPATH": "\(Repository.folder)/.build/tools/kubernetes"]
            ).outcome()
            #expect(outcome.status == 0, "\(outcome.stdout)\(outcome.stderr)")
        }

        /// containerd itself reads the one that is for it: the handlers are in the configuration that it says it has.
        @Test func containerdTakesTheConfiguration() async throws {
            let version = try await PrivateContainerd.isVersion1 ? 2 : 3
            let outcome = try await PrivateContainerd.containerd(
                "--config", "\(Self.folder)/containerd/version-\(version).toml", "config", "dump")
            #expect(outcome.status == 0, "\(outcome.stderr)")
            // containerd 2 writes strings with the other quotes.
            let said = outcome.stdout.replacingOccurrences(of: "'", with: "\"")
            for name in ["martlet", "wasmtime"] {
                #expect(said.contains("containerd.runtimes.\(name)]"))
                #expect(said.contains(#"runtime_type = "io.containerd.\#(name).v1""#))
            }
            #expect(said.contains(#"pod_annotations = ["martlet.dev/*"]"#))
            #expect(said.contains(#"container_annotations = ["io.kubernetes.container.restartCount"]"#))
        }

        /// The two say the same of another plug-in.
        @Test func theConfigurationsOfBothVersionsSayTheSame() throws {
            let lines = try [2, 3].map { version in
                try String(contentsOfFile: "\(Self.folder)/containerd/version-\(version).toml", encoding: .utf8)
                    .split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
            }
            #expect(lines[1].contains("version = 3"))
            #expect(
                lines[0]
                    == lines[1].map {
                        $0.replacingOccurrences(of: "io.containerd.cri.v1.runtime", with: "io.containerd.grpc.v1.cri")
                            .replacingOccurrences(of: "version = 3", with: "version = 2")
                    })
        }
    }
}
