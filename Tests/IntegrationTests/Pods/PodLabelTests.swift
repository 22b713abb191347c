import CRIClient
import Foundation
import Testing

extension Integration {
    /// Profiles of AppArmor and labels of SELinux on a node that has neither: as with runc's shim.
    @Suite(
        .needsInstalledTree, .leavesNothing,
        .enabled(if: !NodeLabels.hasAppArmor, "needs a kernel without AppArmor"))
    struct PodLabelTests {
        /// containerd says so itself, of the profile that it would make too.
        @Test(arguments: PodSecurityTests.kinds, [CRISecurityProfile.ProfileType.localhost, .runtimeDefault])
        func aProfileThatCannotBeHadIsAnErrorThatSaysSo(
            kind: PodSecurityTests.Kind, profile: CRISecurityProfile.ProfileType
        ) async throws {
            try await withPod(handler: kind.handler) { pod in
                let error = await #expect(throws: CRIError.self) {
                    _ = try await pod.create("it", kind.image) { config in
                        config.args = kind.arguments
                        config.linux.securityContext.apparmor.profileType = profile
                        if profile == .localhost {
                            config.linux.securityContext.apparmor.localhostRef = "localhost/martlet-test"
                        }
                    }
                }
                #expect(error.map { "\($0)".lowercased().contains("apparmor") } == true, "\(String(describing: error))")
            }
        }

        /// A profile of neither is what there is anyway, and labels are left out where the node has no SELinux.
        @Test(arguments: PodSecurityTests.kinds)
        func whatTheNodeDoesNotKnowIsNotMissed(kind: PodSecurityTests.Kind) async throws {
            try await withPod(handler: kind.handler) { pod in
                let container = try await pod.start("it", kind.image) { config in
                    config.args = kind.arguments
                    config.linux.securityContext.apparmor.profileType = .unconfined
                    config.linux.securityContext.selinuxOptions.type = "container_t"
                    config.linux.securityContext.selinuxOptions.level = "s0:c1,c2"
                }
                #expect(try await container.status.state == .containerRunning)
            }
        }
    }
}

/// What this machine's kernel labels processes with.
enum NodeLabels {
    static let hasAppArmor =
        (try? String(contentsOfFile: "/sys/module/apparmor/parameters/enabled", encoding: .utf8))?.hasPrefix("Y")
        ?? false
}
