import Foundation
import OCISpec
import Testing

extension Integration {
    /// What the runtime specification has a runtime do for a Linux container (config.md, config-linux.md), as a program
    /// in it sees it.
    @Suite(.needsInstalledTree)
    struct RuntimeSpecificationTests {
        /// Runs a script of busybox's shell in a container, and answers what it wrote.
        private func output(
            _ script: String, sourceLocation: SourceLocation = #_sourceLocation,
            change: @escaping (inout Spec) throws -> Void = { _ in }
        ) async throws -> String {
            var text = ""
            try await RuntimeFixture.run { runtime in
                let bundle = try await runtime.bundle("c1", ["/bin/busybox", "sh", "-c", script], change: change)
                let outcome = try await runtime.martlet("run", "--bundle", bundle, "c1")
                #expect(outcome.status == 0, "\(outcome.stderr)", sourceLocation: sourceLocation)
                text = outcome.stdout
            }
            return text
        }

        @Test func theProcessIsWhoItIsToBe() async throws {
            let text = try await output("id -u; id -g; id -G; umask; pwd; echo $A; grep NoNewPrivs /proc/self/status") {
                $0.process?.user = User(uid: 1000, gid: 1001)
                $0.process?.user?.additionalGids = [5, 7]
                $0.process?.user?.umask = 0o027
                $0.process?.cwd = "/made/for/it"
                $0.process?.env = ["PATH=/bin", "A=b c"]
            }
            #expect(text == "1000\n1001\n1001 5 7\n0027\n/made/for/it\nb c\nNoNewPrivs:\t1\n")
        }

        @Test func limitsAndScoresAreThoseOfTheProcess() async throws {
            let text = try await output("ulimit -n; ulimit -Hn; ulimit -c; cat /proc/self/oom_score_adj") {
                $0.process?.rlimits = [
                    ResourceLimit(type: "RLIMIT_NOFILE", soft: 100, hard: 200),
                    ResourceLimit(type: "RLIMIT_CORE", soft: 0, hard: 0),
                ]
                $0.process?.oomScoreAdj = 321
            }
            #expect(text == "100\n200\n0\n321\n")
        }

        @Test func capabilitiesAreTheOnesThatAreNamed() async throws {
            let text = try await output("grep -E '^Cap(Bnd|Prm|Eff|Inh|Amb)' /proc/self/status") {
                var sets = Capabilities()
                sets.bounding = ["CAP_CHOWN", "CAP_KILL"]
                sets.permitted = ["CAP_CHOWN", "CAP_KILL"]
                sets.effective = ["CAP_CHOWN"]
                $0.process?.capabilities = sets
            }
            #expect(text.contains("CapBnd:\t0000000000000021") && text.contains("CapPrm:\t0000000000000021"))
            #expect(text.contains("CapInh:\t0000000000000000") && text.contains("CapAmb:\t0000000000000000"))
        }

        @Test func namespacesAreItsOwnOrThoseOfAPath() async throws {
            let kinds = ["pid", "net", "mnt", "ipc", "uts", "cgroup"]
            let own = try kinds.map { try ProcessFacts(pid: getpid()).namespace($0) }
            let text = try await output("for n in \(kinds.joined(separator: " ")); do readlink /proc/self/ns/$n; done")
            {
                $0.linux?.namespaces = [.pid, .network, .mount, .ipc, .uts, .cgroup].map { Namespace(type: $0) }
            }
            let found = text.split(separator: "\n").map(String.init)
            #expect(found.count == 6 && Set(found).isDisjoint(with: own))
            let shared = try await output("readlink /proc/self/ns/net; readlink /proc/self/ns/ipc") {
                $0.linux?.namespaces = [
                    Namespace(type: .mount), Namespace(type: .pid), Namespace(type: .uts),
                    Namespace(type: .ipc, path: "/proc/\(getpid())/ns/ipc"),
                ]
                $0.mounts?.removeAll { ["/sys", "/dev/mqueue"].contains($0.destination) }
            }
            #expect(shared == "\(own[1])\n\(own[3])\n")
        }

        @Test func namesAndKernelParametersAreSet() async throws {
            let text = try await output("hostname; cat /proc/sys/kernel/domainname /proc/sys/kernel/shmmni") {
                $0.hostname = "box"
                $0.domainname = "example"
                $0.linux?.sysctl = ["kernel.shmmni": "1234"]
            }
            #expect(text == "box\nexample\n1234\n")
        }

        @Test func theDefaultDevicesAndLinksAreThere() async throws {
            let script = """
                for d in null zero full random urandom tty; do test -c /dev/$d || echo no $d; done
                for l in fd stdin stdout stderr ptmx; do test -L /dev/$l || echo no link $l; done
                stat -c '%t %T %a %u %g' /dev/own
                """
            let text = try await output(script) {
                $0.linux?.devices = [
                    Device(type: "c", path: "/dev/own", major: 1, minor: 3, fileMode: 0o640, uid: 7, gid: 8)
                ]
            }
            #expect(text == "1 3 640 7 8\n")
        }

        @Test func pathsAreMaskedOrReadOnly() async throws {
            let script = """
                cat /secret/file; ls /hidden
                echo x 2>/dev/null >/fixed/file && echo written
                echo x 2>/dev/null >/new && echo written
                true
                """
            let text = try await output(script) {
                $0.root?.readonly = true
                $0.mounts?.append(Mount(destination: "/hidden", type: "tmpfs", source: "tmpfs", options: ["mode=777"]))
                $0.mounts?.append(Mount(destination: "/fixed", type: "tmpfs", source: "tmpfs", options: ["mode=777"]))
                $0.mounts?.append(
                    Mount(destination: "/secret/file", type: "bind", source: "/etc/hostname", options: ["bind"]))
                $0.linux?.maskedPaths = ["/secret/file", "/hidden", "/not/there"]
                $0.linux?.readonlyPaths = ["/fixed"]
            }
            #expect(text == "")
        }

        @Test func mountsAreMadeInOrderWithTheirOptions() async throws {
            let folder = try HostFolder()
            try "first".write(toFile: "\(folder.path)/file", atomically: true, encoding: .utf8)
            let script = """
                cat /a/file; echo; test -e /a/b/file || echo covered
                grep ' /a/b ' /proc/self/mountinfo | cut -d' ' -f6 | tr , '\\n' | grep -E '^(ro|nosuid|nodev|noexec)$' | sort
                echo x 2>/dev/null >/a/b/x || echo refused
                """
            let text = try await output(script) {
                $0.mounts?.append(Mount(destination: "/a", type: "bind", source: folder.path, options: ["rbind"]))
                $0.mounts?.append(
                    Mount(
                        destination: "/a/b", type: "tmpfs", source: "tmpfs",
                        options: ["ro", "nosuid", "nodev", "noexec"]))
            }
            #expect(text == "first\ncovered\nnodev\nnoexec\nnosuid\nro\nrefused\n")
        }

        @Test func limitsAreThoseOfTheCgroup() async throws {
            try await RuntimeFixture.run { runtime in
                try await runtime.start("c1", ["/bin/busybox", "sleep", "1000"]) {
                    var memory = MemoryResources()
                    memory.limit = 64 << 20
                    $0.linux?.resources?.memory = memory
                    $0.linux?.resources?.pids = PidsResources(limit: 33)
                    $0.linux?.cgroupsPath = "/\(runtime.name)/c1"
                }
                let stats = try await runtime.expect("events", "--stats", "c1")
                #expect(
                    stats.contains("\"limit\":\(64 << 20)") && stats.contains("\"pids\":{\"current\":1,\"limit\":33}"))
                let cgroups = try ProcessFacts(pid: try await runtime.state("c1").pid).cgroups
                #expect(cgroups.values.contains("/\(runtime.name)/c1"))
                try await runtime.end("c1")
            }
        }

        @Test func hooksRunAtTheirStages() async throws {
            try await RuntimeFixture.run { runtime in
                let out = try HostFolder()
                func hook(_ stage: String) -> Hook {
                    Hook(
                        path: "/bin/sh",
                        args: ["sh", "-c", "cat >\(out.path)/\(stage); echo \(stage) >>\(out.path)/order"],
                        env: ["PATH=/usr/bin:/bin"])
                }
                _ = try await runtime.bundle("c1", ["/bin/busybox", "sleep", "1000"]) {
                    var hooks = Hooks()
                    for stage in [Hooks.Stage.prestart, .createRuntime, .createContainer, .poststart, .poststop] {
                        hooks[stage] = [hook(stage.rawValue)]
                    }
                    $0.hooks = hooks
                }
                #expect(try await runtime.create("c1").status == 0)
                #expect(try out.text("order") == "prestart\ncreateRuntime\ncreateContainer\n")
                try await runtime.expect("start", "c1")
                try await runtime.end("c1")
                #expect(try out.text("order").hasSuffix("poststart\npoststop\n"))
                #expect(try out.text("createRuntime").contains("\"creating\""))
                #expect(try out.text("poststart").contains("\"running\""))
                #expect(try out.text("poststop").contains("\"stopped\""))

                // One that fails ends the creation.
                _ = try await runtime.bundle("c2", ["/bin/busybox", "true"]) {
                    $0.hooks = Hooks()
                    $0.hooks?.createRuntime = [Hook(path: "/bin/sh", args: ["sh", "-c", "echo why; exit 3"])]
                }
                let failed = try await runtime.create("c2")
                #expect(failed.status == 1 && failed.stderr.contains("createRuntime") && failed.stderr.contains("why"))
                #expect(try await runtime.martlet("state", "c2").status == 1)
            }
        }
    }
}
