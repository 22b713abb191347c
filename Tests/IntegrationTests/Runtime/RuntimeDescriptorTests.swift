import Foundation
import OCISpec
import Testing

extension Integration {
    /// `--preserve-fds`, and the sockets of an activation.
    @Suite(.needsInstalledTree)
    struct RuntimeDescriptorTests {
        /// Runs the command by a shell that opens descriptors first.
        private func shell(_ runtime: RuntimeFixture, _ script: String) async throws -> Outcome {
            try await Command(
                "/bin/sh", ["-c", "cd \"$0\"; \(script)", runtime.folder, RuntimeFixture.program, runtime.root],
                environment: ["PATH": "/usr/bin:/bin"]
            ).outcome()
        }

        /// The numbers of the shell's descriptors. The folder's own, by which they are listed, is closed when it is
        /// asked for.
        private static let list =
            "cd /proc/self/fd; for i in *; do readlink $i >/dev/null && printf \"$i \"; done; echo"

        @Test func whatIsAskedForComesAndNothingElse() async throws {
            try await RuntimeFixture.run { runtime in
                let script = "\(Self.list); cat <&3; echo written >&4; readlink /proc/self/fd/5"
                let bundle = try await runtime.bundle("c1", ["/bin/busybox", "sh", "-c", script])
                try "given\n".write(toFile: "\(runtime.folder)/in", atomically: false, encoding: .utf8)
                let both = try await shell(
                    runtime,
                    "exec 3<in 4>out 5<in 9<in; \"$1\" --root \"$2\" run --preserve-fds 2 --bundle \(bundle) c1")
                #expect(both.status != 0 && both.stdout == "0 1 2 3 4 \ngiven\n", "\(both)")
                #expect(try String(contentsOfFile: "\(runtime.folder)/out", encoding: .utf8) == "written\n")
                let none = try await shell(runtime, "exec 3<in; \"$1\" --root \"$2\" run --bundle \(bundle) c1")
                #expect(!none.stdout.contains("given"), "\(none)")
            }
        }

        /// Many, so that they cover whatever the set-up has open; over create and start, as podman and conmon do.
        @Test func manyComeInTheirOrder() async throws {
            try await RuntimeFixture.run { runtime in
                let count = 40
                let loop = "i=3; while [ $i -lt \(count + 3) ]; do read line <&$i; echo \"$line\"; i=$((i+1)); done"
                let script = "\(loop); [ -e /proc/self/fd/\(count + 3) ] || echo none"
                _ = try await runtime.bundle("c1", ["/bin/busybox", "sh", "-c", script]) {
                    $0.process?.noNewPrivileges = true
                    $0.linux?.seccomp = SeccompProfile(defaultAction: "SCMP_ACT_ALLOW")
                }
                // The shell has no more than one digit for a descriptor.
                let opener = """
                    os, sys = __import__("os"), __import__("sys")
                    for i in range(3, \(count + 6)):
                        r, w = os.pipe(); os.write(w, b"%d\\n" % i); os.close(w)
                        d = os.dup2(r, 200 + i); os.close(r)
                    for i in range(3, \(count + 6)): os.dup2(200 + i, i)
                    # The container has them after the command's end.
                    for i, name in enumerate(["out", "err"]): os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT), 1 + i)
                    os.execv(sys.argv[1], sys.argv[1:])
                    """
                try opener.write(toFile: "\(runtime.folder)/open.py", atomically: false, encoding: .utf8)
                let words = "create --preserve-fds \(count) --bundle c1 c1"
                let made = try await shell(runtime, "python3 open.py \"$1\" --root \"$2\" \(words)")
                #expect(made.status == 0, "\(made)")
                try await runtime.expect("start", "c1")
                try await runtime.waitForEnd("c1")
                let expected = (3..<count + 3).map { "\($0)\n" }.joined() + "none\n"
                #expect(try String(contentsOfFile: "\(runtime.folder)/out", encoding: .utf8) == expected)
                try await runtime.expect("delete", "c1")
            }
        }

        @Test func aProcessOfExecHasThemToo() async throws {
            try await RuntimeFixture.run { runtime in
                try await runtime.start("c1", ["/bin/busybox", "sleep", "1000"])
                try "given\n".write(toFile: "\(runtime.folder)/in", atomically: false, encoding: .utf8)
                let exec = try await shell(
                    runtime,
                    "exec 3<in 4<in; \"$1\" --root \"$2\" exec --preserve-fds 1 c1 /bin/busybox sh -c '\(Self.list); cat <&3'"
                )
                #expect(exec.status == 0 && exec.stdout == "0 1 2 3 \ngiven\n", "\(exec)")
                try await runtime.end("c1")
            }
        }

        /// A reader of a pipe sees its end when the container has closed it, although the command attends to it still.
        @Test func theCommandKeepsNoneOfThem() async throws {
            try await RuntimeFixture.run { runtime in
                let script = "echo word >&3; exec 3>&-; while [ ! -e /stop ]; do sleep 0.05; done"
                let bundle = try await runtime.bundle("c1", ["/bin/busybox", "sh", "-c", script])
                let outcome = try await shell(
                    runtime,
                    "\"$1\" --root \"$2\" run --preserve-fds 1 --bundle \(bundle) c1 3>&1 >/dev/null | "
                        + "{ cat; touch \(bundle)/rootfs/stop; }")
                #expect(outcome.status == 0 && outcome.stdout == "word\n", "\(outcome)")
            }
        }

        @Test func theSocketsOfAnActivationComeFirst() async throws {
            try await RuntimeFixture.run { runtime in
                let script = "cat <&3; cat <&4; echo $LISTEN_FDS $LISTEN_PID"
                let bundle = try await runtime.bundle("c1", ["/bin/busybox", "sh", "-c", script])
                for name in ["socket", "file"] {
                    try "\(name)\n".write(toFile: "\(runtime.folder)/\(name)", atomically: false, encoding: .utf8)
                }
                let run = "exec \"$1\" --root \"$2\" run --preserve-fds 1 --bundle \(bundle) c1"
                let ours = try await shell(runtime, "exec 3<socket 4<file; export LISTEN_FDS=1 LISTEN_PID=$$; \(run)")
                #expect(ours.status == 0 && ours.stdout == "socket\nfile\n1 1\n", "\(ours)")
                // Those of another process.
                let others = try await shell(runtime, "exec 3<file; export LISTEN_FDS=1 LISTEN_PID=1; \(run)")
                #expect(others.stdout.hasPrefix("file\n") && others.stdout.hasSuffix("\n\n"), "\(others)")
            }
        }

        @Test func whatCannotBeHandedOnIsRefused() async throws {
            try await RuntimeFixture.run { runtime in
                let native = try await runtime.bundle("c1", ["/bin/busybox", "true"])
                let few = try await shell(
                    runtime, "exec 3</dev/null; \"$1\" --root \"$2\" run --preserve-fds 3 --bundle \(native) c1")
                #expect(few.status == 1 && few.stderr.contains("the descriptor 4 is not open"), "\(few)")
                let many = try await runtime.martlet("run", "--preserve-fds", "1000", "--bundle", native, "c1")
                #expect(many.status == 1 && many.stderr.contains("expected 0 to"), "\(many)")
                let module = try await runtime.bundle("c2", ["/hello.wasm"])
                let guest = try await shell(
                    runtime, "exec 3</dev/null; \"$1\" --root \"$2\" run --preserve-fds 1 --bundle \(module) c2")
                #expect(guest.status == 1 && guest.stderr.contains("WASI"), "\(guest)")
                #expect(try await runtime.expect("list", "--quiet") == "")
            }
        }
    }
}
