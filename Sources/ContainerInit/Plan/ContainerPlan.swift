// Design rule of this target: a specification is read and checked whole before anything is forked (`Plan`), so that
// what is wrong with it is said with its field's name and costs nothing; the steps (`Steps`) then only make calls.

package import EngineProtocol
package import LinuxSystem
package import OCISpec
package import Seccomp

/// What a container is made from.
package struct ContainerPlan: PlannedProcess {
    package let id: String
    /// Absolute.
    package let bundle: String
    /// Absolute path of the mounted root filesystem, in the runtime's mount namespace.
    package let rootfs: String
    package let cgroup: CgroupPlacement
    package let noNewKeyring: Bool
    package let namespaces: NamespacePlan
    /// How the mounts of the container and those of the host hear of each other.
    package let rootPropagation: MountFlags
    package let rootIsReadOnly: Bool
    package let mounts: [MountPlan]
    /// `context` of the container's own filesystems, for SELinux.
    package let mountLabel: String?
    package let devices: [DevicePlan]
    package let maskedPaths: [String]
    package let readonlyPaths: [String]
    package let sysctls: [SysctlPlan]
    package let hostname: String?
    package let domainname: String?
    package let persona: UInt?
    package let process: ProcessPlan
    package let hooks: Hooks
    /// What hooks are told, but for the status and the pid.
    package let state: ContainerState

    /// The specification's seccomp profile, compiled.
    package var profile: SeccompFilter?
    /// The built-in filter of wasm guests.
    package var guestFilter: SeccompFilter?
    /// Descriptors that become 0, 1 and 2; borrowed, none of them below 3. Nil is /dev/null. Not used when the process has a terminal.
    package var standardIO: [Int32?] = [nil, nil, nil]
    package var preserved: [Int32] = []
    /// What the specification asks for and is passed over; a sentence each.
    package let warnings: [String]

    /// Whether the first child may be a guest in the memory of the process that forks it.
    ///
    /// Not under a memory limit that may be too low to make the container: the kernel never kills such a process, so
    /// that nothing would tell what was wrong.
    package let firstChildSharesMemory: Bool
    /// Bytes.
    private static let leastSharedMemory: Int64 = 16 << 20

    /// Reads and checks a specification.
    ///
    /// - Throws: `SpecError` for what is wrong in it, or what this runtime or node can't do.
    package init(_ spec: Spec, request: CreateRequest, node: NodeFacts = .read()) throws(SpecError) {
        id = request.id
        bundle = request.bundle
        rootfs = request.rootfs
        cgroup = request.cgroup
        noNewKeyring = request.options.noNewKeyring
        guard let process = spec.process else {
            throw SpecError(.missing, field: "process", "the field is missing; it is required")
        }
        self.process = try ProcessPlan(process, node: node)
        warnings = self.process.warnings

        let linux = spec.linux ?? Linux()
        namespaces = try NamespacePlan(linux)
        let memoryLimit = linux.resources?.memory?.limit ?? -1
        firstChildSharesMemory = namespaces.allowSharedMemory && !(0..<Self.leastSharedMemory ~= memoryLimit)
        rootPropagation = try Self.propagation(linux.rootfsPropagation)
        rootIsReadOnly = spec.root?.readonly ?? false
        var mounts: [MountPlan] = []
        for (index, mount) in (spec.mounts ?? []).enumerated() {
            mounts.append(try MountPlan(mount, index: index, bundle: request.bundle))
        }
        self.mounts = mounts
        mountLabel = linux.mountLabel.flatMap { $0.isEmpty ? nil : $0 }
        guard mountLabel == nil || node.hasSELinux else {
            throw SpecError(.unsupported, field: "linux.mountLabel", "SELinux is not enabled on this node")
        }
        devices = try DevicePlan.all(linux.devices)
        maskedPaths = try Self.absolute(linux.maskedPaths, field: "linux.maskedPaths")
        readonlyPaths = try Self.absolute(linux.readonlyPaths, field: "linux.readonlyPaths")
        var sysctls: [SysctlPlan] = []
        for (name, value) in (linux.sysctl ?? [:]).sorted(by: { $0.key < $1.key }) {
            sysctls.append(try SysctlPlan(name: name, value: value, namespaces: namespaces))
        }
        self.sysctls = sysctls
        hostname = try Self.name(spec.hostname, field: "hostname", namespaces)
        domainname = try Self.name(spec.domainname, field: "domainname", namespaces)
        persona = try linux.personality.map { value throws(SpecError) in try ContainerInit.persona(value) }
        guard linux.intelRdt == nil else {
            throw SpecError(.unsupported, field: "linux.intelRdt", "this runtime does not use resctrl")
        }
        hooks = spec.hooks ?? Hooks()
        try Self.check(hooks)
        state = ContainerState(
            ociVersion: spec.ociVersion, id: request.id, status: .creating, pid: nil, bundle: request.bundle,
            annotations: spec.annotations)
    }

    private static func propagation(_ name: String?) throws(SpecError) -> MountFlags {
        guard let name, !name.isEmpty else { return [.slave, .recursive] }
        guard let flags = MountOptions.propagationNames[name] else {
            let names = MountOptions.propagationNames.keys.sorted().joined(separator: ", ")
            throw SpecError(
                .invalid, field: "linux.rootfsPropagation", "found \"\(name)\"; expected one of \(names)")
        }
        return flags
    }

    private static func absolute(_ paths: [String]?, field: String) throws(SpecError) -> [String] {
        for (index, path) in (paths ?? []).enumerated() where !path.hasPrefix("/") {
            throw SpecError(.invalid, field: "\(field)[\(index)]", "found \"\(path)\"; expected an absolute path")
        }
        return paths ?? []
    }

    private static func name(
        _ name: String?, field: String, _ namespaces: NamespacePlan
    ) throws(SpecError) -> String? {
        guard let name, !name.isEmpty else { return nil }
        guard namespaces.has(.uts) else {
            throw SpecError(
                .invalid, field: field, "the container uses the host's uts namespace; expected one of its own")
        }
        guard name.utf8.count <= 64 else {
            throw SpecError(.invalid, field: field, "found \(name.utf8.count) bytes; the kernel takes 64")
        }
        return name
    }

    private static func check(_ hooks: Hooks) throws(SpecError) {
        for stage in Hooks.Stage.allCases {
            for (index, hook) in hooks[stage].enumerated() {
                guard hook.path.hasPrefix("/") else {
                    throw SpecError(
                        .invalid, field: "hooks.\(stage.rawValue)[\(index)].path",
                        "found \"\(hook.path)\"; expected an absolute path")
                }
                if let timeout = hook.timeout, timeout <= 0 {
                    throw SpecError(
                        .invalid, field: "hooks.\(stage.rawValue)[\(index)].timeout",
                        "found \(timeout); expected 1 or more")
                }
            }
        }
    }
}
