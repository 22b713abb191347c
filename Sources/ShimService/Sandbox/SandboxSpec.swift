package import ContainerdAPI
internal import LinuxSystem
package import OCISpec

/// The specification of a sandbox's own process, which holds the namespaces of a pod: what CRI would have asked for of
/// a pause container (its annotations and image apart), from the pod's configuration.
package enum SandboxSpec {
    /// As CRI has it for pause containers: the last to be killed but the node's own daemons. Where this process may not
    /// go below its own, as in a container, it is that.
    package static var oomScoreAdjustment: Int {
        let own = (try? readText("/proc/self/oom_score_adj")).flatMap { Int($0.prefix { !$0.isWhitespace }) } ?? 0
        let mayLower = (try? ProcessCapabilities.permitted())?.names.contains("CAP_SYS_RESOURCE") ?? false
        return mayLower ? -998 : max(-998, own)
    }

    /// The least there is: it never runs.
    private static let cpuShares: UInt64 = 2
    /// nobody, as the pause image has it.
    private static let user: UInt32 = 65535

    /// From CRI's configuration.
    ///
    /// - Parameters:
    ///   - network: the path of the pod's network namespace; empty: a new one, unless the pod is on the host's.
    /// - Throws: `TaskError` for what can't be done.
    package static func make(id: String, config: CRIPodSandboxConfig, network: String) throws(TaskError) -> Spec {
        let options = config.linux.securityContext.namespaceOptions
        if options.hasUsernsOptions && options.usernsOptions.mode == .pod {
            throw TaskError(
                .invalidArgument,
                "a user namespace (hostUsers: false) needs a pause container: use sandboxer = \"podsandbox\"")
        }
        var linux = Linux()
        var namespaces = [Namespace(type: .mount)]
        if options.pid != .node { namespaces.append(Namespace(type: .pid)) }
        if options.ipc != .node { namespaces.append(Namespace(type: .ipc)) }
        var sysctls = config.linux.sysctls
        if options.network != .node {
            namespaces.append(Namespace(type: .uts))
            namespaces.append(Namespace(type: .network, path: network.isEmpty ? nil : network))
            // What CRI sets by itself, since containerd 2.0.
            sysctls.merge(
                ["net.ipv4.ip_unprivileged_port_start": "0", "net.ipv4.ping_group_range": "0 2147483647"]
            ) { given, _ in given }
        }
        linux.namespaces = namespaces
        linux.sysctl = sysctls
        linux.cgroupsPath = cgroupsPath(parent: config.linux.cgroupParent, id: id)
        var spec = Spec()
        spec.hostname = options.network == .node || config.hostname.isEmpty ? nil : config.hostname
        spec.linux = linux
        return parked(spec)
    }

    /// From a specification that the caller of the sandbox API wrote: its namespaces, names, parameters and limits. There
    /// is no root filesystem, and no process of the caller's.
    package static func make(given: Spec, network: String) -> Spec {
        var spec = Spec(ociVersion: given.ociVersion)
        spec.hostname = given.hostname
        spec.domainname = given.domainname
        spec.annotations = given.annotations
        var linux = Linux()
        linux.sysctl = given.linux?.sysctl
        linux.resources = given.linux?.resources
        linux.cgroupsPath = given.linux?.cgroupsPath
        var namespaces = (given.linux?.namespaces ?? []).filter { ![.mount, .user].contains($0.type) }
        if !network.isEmpty {
            namespaces.removeAll { $0.type == .network }
            namespaces.append(Namespace(type: .network, path: network))
        }
        linux.namespaces = [Namespace(type: .mount)] + namespaces
        spec.linux = linux
        return parked(spec)
    }

    /// With a process that has nothing to do, in a root that has nothing in it.
    private static func parked(_ spec: Spec) -> Spec {
        var spec = spec
        var process = Process(args: ["martlet-sandbox"])
        process.user = User(uid: user, gid: user)
        process.noNewPrivileges = true
        process.oomScoreAdj = oomScoreAdjustment
        spec.process = process
        spec.root = Root(path: "rootfs", readonly: true)
        // For the null device.
        spec.mounts = [
            Mount(
                destination: "/dev", type: "tmpfs", source: "tmpfs",
                options: ["nosuid", "strictatime", "mode=755", "size=64k"])
        ]
        var linux = spec.linux ?? Linux()
        var resources = linux.resources ?? LinuxResources()
        var cpu = resources.cpu ?? CPUResources()
        cpu.shares = cpu.shares ?? cpuShares
        resources.cpu = cpu
        linux.resources = resources
        spec.linux = linux
        return spec
    }

    /// As CRI names the cgroups of the pod's containers: below the pod's, which is a slice of systemd or a folder.
    private static func cgroupsPath(parent: String, id: String) -> String? {
        guard !parent.isEmpty else { return nil }
        let name = parent.split(separator: "/").last ?? ""
        return name.hasSuffix(".slice") ? "\(name):cri-containerd:\(id)" : "\(parent)/\(id)"
    }
}
