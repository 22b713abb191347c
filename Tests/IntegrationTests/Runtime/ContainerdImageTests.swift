import Foundation
import Testing

extension Integration {
    /// Images of a running containerd, run and looked into by the command.
    @Suite(.needsInstalledTree)
    struct ContainerdImageTests {
        /// An archive with an image, which ctr imports; what it has can be changed before.
        private func load(
            _ name: String, _ image: Image, _ runtime: RuntimeFixture, change: String? = nil
        ) async throws -> PrivateContainerd {
            let containerd = try await PrivateContainerd.shared
            let archive = "\(runtime.folder)/\(UUID().uuidString).tar"
            try await image.write(to: archive, name: name)
            if let change { try await rewrite(archive, change) }
            let imported = try await containerd.ctr("image", "import", "--all-platforms", "--no-unpack", archive)
            guard imported.status == 0 else { throw FixtureError(description: "ctr image import: \(imported.stderr)") }
            return containerd
        }

        /// Unpacks an archive, has Python change `files`, its names and their bytes, and packs it again.
        private func rewrite(_ archive: String, _ change: String) async throws {
            let script = """
                hashlib, io, json, sys, tarfile = map(__import__, ["hashlib", "io", "json", "sys", "tarfile"])
                with tarfile.open(sys.argv[1]) as tar:
                    files = {entry.name: tar.extractfile(entry).read() for entry in tar if entry.isfile()}
                def blob(data):
                    data = data if isinstance(data, bytes) else json.dumps(data).encode()
                    digest = hashlib.sha256(data).hexdigest()
                    files["blobs/sha256/" + digest] = data
                    return {"digest": "sha256:" + digest, "size": len(data)}
                def read(digest): return files["blobs/sha256/" + digest.split(":")[1]]
                index = json.loads(files["index.json"])
                entry = index["manifests"][0]
                manifest = json.loads(read(entry["digest"]))
                oci = "application/vnd.oci.image."
                \(change)
                files["index.json"] = json.dumps(index).encode()
                with tarfile.open(sys.argv[1], "w") as tar:
                    for name, data in files.items():
                        info = tarfile.TarInfo(name)
                        info.size = len(data)
                        tar.addfile(info, io.BytesIO(data))
                """
            let outcome = try await Command(
                "/usr/bin/python3", ["-c", script, archive], environment: ["PATH": "/usr/bin:/bin"]
            ).outcome()
            guard outcome.status == 0 else { throw FixtureError(description: outcome.stderr) }
        }

        private func martlet(
            _ runtime: RuntimeFixture, _ containerd: PrivateContainerd, _ verb: String, _ words: String...
        ) async throws -> Outcome {
            let place = ["--address", containerd.socket, "--namespace", containerd.namespace]
            let name = verb == "run" ? ["--name", "\(runtime.name)-1"] : []
            return try await Command(
                RuntimeFixture.program, ["--root", runtime.root, verb] + name + place + words,
                environment: ["PATH": "/usr/bin:/bin"]
            ).outcome()
        }

        @Test func anImageRunsWithItsConfigurationAndIsLookedInto() async throws {
            try await RuntimeFixture.run { runtime in
                let containerd = try await load(
                    "docker.io/library/\(runtime.name):latest".lowercased(), .guest("tool.wasm"), runtime)
                let name = "containerd:\(runtime.name.lowercased())"
                let ran = try await martlet(runtime, containerd, "run", name, "exit", "7")
                #expect(ran.status == 7, "\(ran.stderr)")
                let full = "containerd:docker.io/library/\(runtime.name.lowercased()):latest"
                #expect(try await martlet(runtime, containerd, "run", full, "exit", "8").status == 8)
                var shell = Image.busybox
                shell.environment.append("FROM=image")
                shell.entrypoint = ["/bin/busybox", "sh"]
                let native = "localhost/\(runtime.name):native".lowercased()
                _ = try await load(native, shell, runtime)
                let variables = try await martlet(
                    runtime, containerd, "run", "containerd:\(native)", "-c", "echo $FROM")
                #expect(variables.stdout == "image\n", "\(variables)")
                let found = try await martlet(runtime, containerd, "inspect", name)
                #expect(found.status == 0 && found.stdout.contains("command, WASI preview 1"), "\(found)")
                let traced = try await martlet(runtime, containerd, "trace", "--summary", name, "exit", "0")
                #expect(traced.stderr.contains("args_get"), "\(traced)")
                // ctr's variables are taken, too.
                let named = try await Command(
                    RuntimeFixture.program,
                    ["--root", runtime.root, "run", "--name", "\(runtime.name)-1", name, "exit", "7"],
                    environment: [
                        "PATH": "/usr/bin:/bin", "CONTAINERD_ADDRESS": containerd.socket,
                        "CONTAINERD_NAMESPACE": containerd.namespace,
                    ]
                ).outcome()
                #expect(named.status == 7, "\(named)")
                expectNoFolders(runtime)
            }
        }

        /// An index whose image for this machine is its second, and whose first is for another.
        @Test func theImageForThisMachineIsChosenOfAnIndex() async throws {
            try await RuntimeFixture.run { runtime in
                let name = "localhost/\(runtime.name):index".lowercased()
                let containerd = try await load(
                    name, .guest("hello.wasm"), runtime,
                    change: """
                        other = json.loads(read(manifest["config"]["digest"]))
                        other["architecture"] = "s390x"
                        strange = dict(manifest, config=dict(manifest["config"], **blob(other)))
                        kind = {"mediaType": oci + "manifest.v1+json"}
                        inner = {"schemaVersion": 2, "mediaType": oci + "index.v1+json", "manifests": [
                            {**kind, **blob(strange), "platform": {"architecture": "s390x", "os": "linux"}},
                            {**kind, "digest": entry["digest"], "size": entry["size"],
                             "platform": {"architecture": "amd64", "os": "linux"}},
                            {**kind, "digest": entry["digest"], "size": entry["size"],
                             "platform": {"architecture": "arm64", "os": "linux"}}]}
                        entry.update(blob(inner), mediaType=oci + "index.v1+json")
                        entry.pop("platform", None)
                        """)
                let ran = try await martlet(runtime, containerd, "run", "containerd:\(name)")
                #expect(ran.status == 0 && ran.stdout.contains("hello"), "\(ran)")
            }
        }

        /// As `application/vnd.wasm.config.v0+json` has it.
        @Test func aModuleThatIsALayerRuns() async throws {
            try await RuntimeFixture.run { runtime in
                let name = "localhost/\(runtime.name):layer".lowercased()
                let guest = "\(Requirement.guests ?? "")/tool.wasm"
                let containerd = try await load(
                    name, .guest("tool.wasm"), runtime,
                    change: """
                        module = blob(open("\(guest)", "rb").read())
                        config = blob({"architecture": "wasm", "os": "wasip1", "layerDigests": [module["digest"]]})
                        whole = dict(manifest, config=dict(config, mediaType="application/vnd.wasm.config.v0+json"),
                                     layers=[dict(module, mediaType="application/wasm")])
                        entry.update(blob(whole), platform={"architecture": "wasm", "os": "wasip1"})
                        """)
                let ran = try await martlet(runtime, containerd, "run", "containerd:\(name)", "exit", "7")
                #expect(ran.status == 7, "\(ran)")
                let found = try await martlet(runtime, containerd, "inspect", "containerd:\(name)")
                #expect(found.status == 0 && found.stdout.contains("command, WASI preview 1"), "\(found)")
            }
        }

        @Test func aBlobThatIsMissingIsNamedWithWhatToDo() async throws {
            try await RuntimeFixture.run { runtime in
                let name = "localhost/\(runtime.name):missing".lowercased()
                let folder = try HostFolder()
                // Its bytes are in no other image, whose blobs would be the same.
                try UUID().uuidString.write(toFile: "\(folder.path)/own", atomically: true, encoding: .utf8)
                var image = Image.guest("hello.wasm")
                image.files["/own"] = "\(folder.path)/own"
                let containerd = try await load(name, image, runtime)
                let layer = try await layerDigest(name, containerd)
                #expect(try await containerd.ctr("content", "delete", layer).status == 0)
                let ran = try await martlet(runtime, containerd, "run", "containerd:\(name)")
                #expect(ran.status == 1 && ran.stderr.contains(layer), "\(ran)")
                #expect(ran.stderr.contains("content fetch \(name)"), "\(ran)")
                expectNoFolders(runtime)
            }
        }

        private func layerDigest(_ name: String, _ containerd: PrivateContainerd) async throws -> String {
            let list = try await containerd.ctr("image", "list", "name==\(name)")
            let words = list.stdout.split { $0 == " " || $0 == "\n" }
            let target = try #require(words.first { $0.hasPrefix("sha256:") })
            struct Manifest: Decodable {
                struct Layer: Decodable { var digest: String }
                var layers: [Layer]
            }
            let text = try await containerd.ctr("content", "get", String(target)).stdout
            let manifest = try JSONDecoder().decode(Manifest.self, from: Data(text.utf8))
            return try #require(manifest.layers.first).digest
        }

        @Test func whatIsNotThereIsToldWithWhatThereIs() async throws {
            try await RuntimeFixture.run { runtime in
                let name = "localhost/\(runtime.name):1".lowercased()
                let containerd = try await load(name, .guest("hello.wasm"), runtime)
                let near = try await martlet(
                    runtime, containerd, "run", "containerd:localhost/\(runtime.name)x".lowercased())
                #expect(near.status == 1 && near.stderr.contains("did you mean"), "\(near)")
                #expect(near.stderr.contains(name) && near.stderr.contains("--namespace k8s.io"), "\(near)")
                #expect(near.stderr.contains("in its namespace \(containerd.namespace)"), "\(near)")
                let far = try await martlet(runtime, containerd, "inspect", "containerd:zzzzzzzzzzzz")
                #expect(far.status == 1 && far.stderr.contains("it has "), "\(far)")
                let silent = try await runtime.martlet(
                    "inspect", "--address", "/none/containerd.sock", "containerd:hello")
                #expect(silent.status == 1 && silent.stderr.contains("--address"), "\(silent)")
                expectNoFolders(runtime)
            }
        }

        @Test func aContainerUnderAShimIsLookedIntoByItsID() async throws {
            try await RuntimeFixture.run { runtime in
                let running = try await container(.guest("tool.wasm")).args("sleep").start()
                try await running.says("ready")
                let found = try await runtime.martlet(
                    "inspect", "--containerd-state", "\(running.containerd.folder)/state", running.id)
                #expect(found.status == 0 && found.stdout.contains("/tool.wasm"), "\(found)")
                try await running.kill("SIGKILL")
                _ = await running.finished()
            }
        }

        private func expectNoFolders(_ runtime: RuntimeFixture) {
            let left = (try? FileManager.default.contentsOfDirectory(atPath: "/var/lib/martlet/run")) ?? []
            #expect(!left.contains { $0.hasPrefix(runtime.name) })
        }
    }
}
