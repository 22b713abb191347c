import CRIClient
import Foundation
import Testing

extension Integration {
    /// The examples of `runtimeclass/`, run as the kubelet would run their pods.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct PodManifestTests {
        private static func image(_ name: String) throws -> Image {
            switch name {
            case "localhost/martlet/command:latest", "localhost/martlet/service:latest": .guest("tool.wasm")
            case "localhost/martlet/native:latest": .busybox
            default: throw FixtureError(description: "an example names the image \(name), which is not known here")
            }
        }

        /// Starts a container of a manifest.
        private func start(
            _ container: PodManifest.Container, of manifest: PodManifest, in pod: Pod, _ volumes: [String: HostFolder]
        ) async throws -> PodContainer {
            try await pod.start(container.name, Self.image(container.image)) { config in
                // What the example's own image would do without arguments: serve.
                config.args = container.args ?? ["sleep"]
                for mount in container.volumeMounts ?? [] {
                    guard let folder = volumes[mount.name] else { continue }
                    config.mounts.append(.bind(folder.path, at: mount.mountPath, readOnly: mount.readOnly ?? false))
                }
                config.linux.resources.memoryLimitInBytes = container.memoryLimit
                if let user = manifest.spec.securityContext?.runAsUser {
                    config.linux.securityContext.runAsUser.value = user
                }
                let context = container.securityContext
                config.linux.securityContext.readonlyRootfs = context?.readOnlyRootFilesystem ?? false
                config.linux.securityContext.noNewPrivs = context?.allowPrivilegeEscalation == false
                config.linux.securityContext.capabilities.dropCapabilities = context?.capabilities?.drop ?? []
            }
        }

        @Test(arguments: ["job", "cronjob", "deployment", "sidecar"])
        func theExamplesPodsRun(name: String) async throws {
            let manifest = try await PodManifest.read("\(Repository.folder)/runtimeclass/examples/\(name).yaml")
            #expect(manifest.spec.runtimeClassName == "martlet")
            let names = (manifest.spec.volumes ?? []).map(\.name)
            let volumes = try Dictionary(uniqueKeysWithValues: names.map { ($0, try HostFolder()) })
            try await withPod(as: { $0.annotations = manifest.annotations }) { pod in
                for container in manifest.spec.initContainers ?? [] {
                    let prepares = try await start(container, of: manifest, in: pod, volumes)
                    #expect(try await prepares.ended().exitCode == 0, "\(prepares.text("stderr"))")
                }
                for container in manifest.spec.containers {
                    let runs = try await start(container, of: manifest, in: pod, volumes)
                    // Jobs come to an end, everything else is ended.
                    if manifest.spec.restartPolicy != nil {
                        #expect(try await runs.ended().exitCode == 0, "\(runs.text("stderr"))")
                        #expect(runs.text() == "done")
                    } else {
                        try await runs.says(container.image.contains("native") ? "prepared" : "ready")
                    }
                }
            }
        }
    }
}
