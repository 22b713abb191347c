import Foundation
import Testing

extension Integration {
    /// AppArmor profiles, in force: on a native program, which gets its own at execve, and on a guest, which never
    /// executes anything.
    @Suite(.needsAppArmor, .needsInstalledTree, .leavesNothing)
    struct AppArmorTests {
        private static let profile = """
            profile martlet-test flags=(attach_disconnected,mediate_deleted) {
              file,
              capability,
              signal,
              deny /**/secret rw,
              deny /secret rw,
            }

            """

        private func load() async throws {
            let outcome = try await Command(
                "/usr/sbin/apparmor_parser", ["--replace", "--skip-cache"], environment: ["PATH": "/usr/sbin:/usr/bin"],
                input: Data(Self.profile.utf8)
            ).outcome()
            guard outcome.status == 0 else { throw FixtureError(description: "apparmor_parser: \(outcome.stderr)") }
        }

        @Test func aGuestIsConfinedThoughItExecutesNothing() async throws {
            try await load()
            let confined = container(.guest("tool.wasm")).option("--apparmor-profile", "martlet-test")
            let running = try await confined.args("sleep").start()
            try await running.says("ready")
            let label = try String(contentsOfFile: "/proc/\(try await running.pid)/attr/current", encoding: .utf8)
            #expect(label.hasPrefix("martlet-test (enforce)"))
            try await running.kill("SIGKILL")
            _ = await running.finished()

            #expect(try await confined.args("write", "/tmp/open", "text").run().status == 0)
            #expect(try await confined.args("write", "/tmp/secret", "text").run().status != 0)
            #expect(
                try await container(.guest("tool.wasm")).args("write", "/tmp/secret", "text").run().status == 0)
        }

        @Test func aNativeProgramIsConfined() async throws {
            try await load()
            let confined = container(.busybox).option("--apparmor-profile", "martlet-test")
            let outcome = try await confined.command(
                "/bin/busybox", "sh", "-c", "echo >/tmp/open && cat /proc/self/attr/current; echo >/tmp/secret"
            ).run()
            #expect(outcome.stdout.contains("martlet-test (enforce)"), "\(outcome.stderr)")
            #expect(outcome.status != 0)
            #expect(outcome.stderr.contains("Permission denied"))
        }
    }
}
