internal import Bundle
internal import LinuxSystem
internal import OCISpec
internal import ShimService

/// The features structure of the runtime specification 1.2 (features.md, features-linux.md): what this runtime knows,
/// whether the node has it or not.
///
/// All names come from the types and tables by which config.json is read.
package struct RuntimeFeatures: Encodable {
    let ociVersionMin = "1.0.0"
    let ociVersionMax = "1.2.0"
    let hooks = Hooks.Stage.allCases.map(\.rawValue)
    let mountOptions = MountOptionNames.all
    let linux = LinuxFeatures()
    let annotations = ["dev.martlet.version": MartletVersion.version]
    /// Who may set these chooses the shim that a container is put into.
    let potentiallyUnsafeConfigAnnotations = Spec.groupAnnotations

    package init() {}

    struct LinuxFeatures: Encodable {
        let namespaces = Namespace.Kind.allCases.map(\.rawValue).sorted()
        let capabilities = CapabilitySet.names
        let cgroup = CgroupFeatures()
        let seccomp = SeccompFeatures()
        let apparmor = Enabled(enabled: true)
        let selinux = Enabled(enabled: true)
        let intelRdt = Enabled(enabled: false)
        let mountExtensions = MountExtensions()
    }

    struct CgroupFeatures: Encodable {
        let v1 = true
        let v2 = true
        let systemd = true
        let systemdUser = false
        let rdma = true
    }

    struct SeccompFeatures: Encodable {
        let enabled = true
        let actions = SeccompAction.allCases.map(\.rawValue).sorted()
        let operators = SeccompOperator.allCases.map(\.rawValue).sorted()
        let archs = SeccompArchitecture.allCases.map(\.rawValue).sorted()
        let knownFlags = SeccompFlag.allCases.map(\.rawValue).sorted()
        // Profiles are compiled here, so it is the node's kernel alone that may lack one.
        let supportedFlags = SeccompFlag.allCases.map(\.rawValue).sorted()
    }

    struct Enabled: Encodable {
        let enabled: Bool
    }

    struct MountExtensions: Encodable {
        let idmap = Enabled(enabled: true)
    }
}
