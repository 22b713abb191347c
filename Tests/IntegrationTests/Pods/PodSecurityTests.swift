import CRIClient
import Foundation
import Testing

extension Integration {
    /// The security context, as the kernel shows it, of a guest and of a native process: with runc's shim too, so that
    /// what is expected is what a user is used to.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct PodSecurityTests {
        /// A kind of container by the handler that runs it.
        struct Kind: Sendable, CustomTestStringConvertible {
            var testDescription: String
            var handler = "martlet"
            var image: Image
            var arguments: [String]
        }

        static let kinds = [
            Kind(testDescription: "a guest", image: .guest("tool.wasm"), arguments: ["sleep"]),
            Kind(testDescription: "a native process", image: .busybox, arguments: ["sleep", "1000"]),
            Kind(testDescription: "runc's", handler: "runc", image: .busybox, arguments: ["sleep", "1000"]),
        ]

        /// /proc/PID/status of a container with this security context.
        private func status(
            _ kind: Kind, _ change: (inout CRILinuxContainerSecurityContext) -> Void
        ) async throws -> [String: String] {
            var fields: [String: String] = [:]
            try await withPod(handler: kind.handler) { pod in
                let container = try await pod.start("it", kind.image) { config in
                    config.args = kind.arguments
                    change(&config.linux.securityContext)
                }
                let process = try await container.process
                // The native program takes its privileges at once; a guest was confined before it started.
                try await eventually("its program") { try process.arguments.contains(kind.arguments[0]) }
                fields = try process.status
            }
            return fields
        }

        @Test(arguments: kinds)
        func userAndGroupsAreAsTheyAreSaid(kind: Kind) async throws {
            let status = try await status(kind) {
                $0.runAsUser.value = 1234
                $0.runAsGroup.value = 2345
                $0.supplementalGroups = [3456, 4567]
            }
            #expect(status["Uid"] == "1234\t1234\t1234\t1234")
            #expect(status["Gid"] == "2345\t2345\t2345\t2345")
            let groups = Set((status["Groups"] ?? "").split(separator: " "))
            #expect(groups.isSuperset(of: ["3456", "4567"]))
            #expect(groups.isSubset(of: ["2345", "3456", "4567"]))
        }

        private func has(_ capability: Int, in set: String, _ status: [String: String]) throws -> Bool {
            try #require(UInt64(status[set] ?? "", radix: 16)) & (1 << UInt64(capability)) != 0
        }

        @Test(arguments: kinds)
        func capabilitiesAreAddedAndDropped(kind: Kind) async throws {
            let (netRaw, sysAdmin, kill) = (13, 21, 5)
            let status = try await status(kind) {
                $0.capabilities.addCapabilities = ["SYS_ADMIN"]
                $0.capabilities.dropCapabilities = ["NET_RAW"]
            }
            for set in ["CapPrm", "CapEff", "CapBnd"] {
                #expect(try has(sysAdmin, in: set, status), "\(set)")
                #expect(try has(kill, in: set, status), "\(set)")
                #expect(try !has(netRaw, in: set, status), "\(set)")
            }
        }

        @Test(arguments: kinds)
        func droppingAllLeavesNone(kind: Kind) async throws {
            let status = try await status(kind) { $0.capabilities.dropCapabilities = ["ALL"] }
            for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
                #expect(status[set] == "0000000000000000", "\(set)")
            }
        }

        /// allowPrivilegeEscalation: false. Guests never may.
        @Test(arguments: kinds)
        func noNewPrivilegesIsAsItIsSaid(kind: Kind) async throws {
            #expect(try await status(kind) { $0.noNewPrivs = true }["NoNewPrivs"] == "1")
            let otherwise = try await status(kind) { $0.noNewPrivs = false }["NoNewPrivs"]
            #expect(otherwise == (kind.arguments == ["sleep"] ? "1" : "0"))
        }

        @Test(arguments: kinds)
        func seccompIsTheRuntimesNoneOrAFile(kind: Kind) async throws {
            let isGuest = kind.arguments == ["sleep"]
            let profile = try HostFile(
                #"{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mknod"], "action": "SCMP_ACT_ERRNO"}]}"#)
            let confined = try await status(kind) { $0.seccomp.profileType = .runtimeDefault }
            #expect(confined["Seccomp"] == "2")
            let free = try await status(kind) { $0.seccomp.profileType = .unconfined }
            #expect(free["Seccomp"] == (isGuest ? "2" : "0"))
            let local = try await status(kind) {
                $0.seccomp.profileType = .localhost
                $0.seccomp.localhostRef = profile.path
            }
            #expect(local["Seccomp"] == "2")
        }

        @Test(arguments: kinds)
        func aReadOnlyRootIsReadOnly(kind: Kind) async throws {
            try await withPod(handler: kind.handler) { pod in
                let container = try await pod.start("it", kind.image) { config in
                    config.args =
                        kind.image == .busybox ? ["sh", "-c", "echo no >/tmp/note"] : ["write", "/tmp/note", "no"]
                    config.linux.securityContext.readonlyRootfs = true
                }
                #expect(try await container.ended().exitCode == 1)
                #expect(container.text("stderr").contains("/tmp/note"))
            }
        }
    }
}
