import ContainerInit
import EngineProtocol
import FoundationEssentials
import LinuxSystem
import OCISpec
import Testing

/// What is wrong with a specification is said with its field's name, before anything is forked.
@Suite struct PlanTests {
    private let request = CreateRequest(
        id: "one", bundle: "/bundle", rootfs: "/bundle/rootfs", entrypoint: .native,
        cgroup: CgroupPlacement(entryFiles: []), guestMemoryLimit: nil, descriptors: [], options: CreateOptions())

    /// - Returns: the error that a changed default specification gives.
    private func error(_ change: (inout Spec) -> Void) throws -> SpecError {
        try #require(throws: SpecError.self) { try plan(change) }
    }

    @discardableResult
    private func plan(_ change: (inout Spec) -> Void) throws -> ContainerPlan {
        var spec = Container.defaultSpec("true")
        change(&spec)
        return try ContainerPlan(spec, request: request, node: NodeFacts(hasAppArmor: false, hasSELinux: false))
    }

    @Test func theDefaultSpecificationIsAccepted() throws {
        let plan = try plan { _ in }
        #expect(plan.devices.map(\.path).contains("/dev/null"))
        #expect(plan.warnings.isEmpty)
    }

    /// capabilities(7), "Transformation of capabilities during execve()".
    @Test func anExecutionLeavesAUserTheAmbientSetAndRootWhatItMayHave() throws {
        let sets = try plan { spec in
            var sets = Capabilities()
            sets.bounding = ["CAP_CHOWN", "CAP_KILL"]
            sets.permitted = ["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW", "CAP_SETUID"]
            sets.effective = ["CAP_CHOWN"]
            sets.inheritable = ["CAP_NET_RAW"]
            sets.ambient = ["CAP_NET_RAW"]
            spec.process?.capabilities = sets
        }.process.capabilities
        let user = sets.afterExecution(asRoot: false)
        #expect(user.effective.names == ["CAP_NET_RAW"] && user.permitted == user.effective)
        let root = sets.afterExecution(asRoot: true)
        #expect(root.permitted.names == ["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW"] && root.effective == root.permitted)
    }

    @Test(
        arguments: [
            ("process", { @Sendable (spec: inout Spec) in spec.process = nil }),
            ("process.args", { $0.process?.args = [] }),
            ("process.cwd", { $0.process?.cwd = "tmp" }),
            ("process.env[1]", { $0.process?.env = ["A=1", "B"] }),
            ("process.oomScoreAdj", { $0.process?.oomScoreAdj = 1001 }),
            ("process.user.umask", { $0.process?.user?.umask = 0o1000 }),
            ("process.rlimits[0].type", { $0.process?.rlimits = [ResourceLimit(type: "RLIMIT_X", soft: 1, hard: 1)] }),
            (
                "process.rlimits[0].soft",
                { $0.process?.rlimits = [ResourceLimit(type: "RLIMIT_CPU", soft: 2, hard: 1)] }
            ),
            (
                "process.rlimits[1].type",
                {
                    let limit = ResourceLimit(type: "RLIMIT_CPU", soft: 1, hard: 1)
                    $0.process?.rlimits = [limit, limit]
                }
            ),
            ("process.apparmorProfile", { $0.process?.apparmorProfile = "cri-containerd.apparmor.d" }),
            ("process.selinuxLabel", { $0.process?.selinuxLabel = "system_u:system_r:container_t:s0" }),
            ("linux.mountLabel", { $0.linux?.mountLabel = "system_u:object_r:container_file_t:s0" }),
            ("linux.intelRdt", { $0.linux?.intelRdt = try? decode("{}") }),
            ("linux.namespaces", { $0.linux?.namespaces = [Namespace(type: .user)] }),
            ("linux.namespaces[5]", { $0.linux?.namespaces?.append(Namespace(type: .pid)) }),
            ("linux.namespaces[5].path", { $0.linux?.namespaces?.append(Namespace(type: .user, path: "ns")) }),
            ("linux.uidMappings", { $0.linux?.namespaces?.append(Namespace(type: .user)) }),
            (
                "linux.uidMappings", { $0.linux?.uidMappings = [IDMapping(containerID: 0, hostID: 1000, size: 1)] }
            ),
            ("linux.timeOffsets", { $0.linux?.timeOffsets = ["boottime": try! decode("{\"secs\":1}")] }),
            ("linux.rootfsPropagation", { $0.linux?.rootfsPropagation = "sideways" }),
            ("linux.sysctl.vm.swappiness", { $0.linux?.sysctl = ["vm.swappiness": "1"] }),
            ("linux.sysctl.kernel.hostname", { $0.linux?.sysctl = ["kernel.hostname": "a"] }),
            ("linux.sysctl.net/../vm/swappiness", { $0.linux?.sysctl = ["net/../vm/swappiness": "a"] }),
            ("linux.devices[0].path", { $0.linux?.devices = [Device(type: "c", path: "dev/x", major: 1, minor: 3)] }),
            ("linux.devices[0].type", { $0.linux?.devices = [Device(type: "z", path: "/dev/x", major: 1, minor: 3)] }),
            ("linux.devices[0]", { $0.linux?.devices = [Device(type: "b", path: "/dev/x", major: 8)] }),
            ("linux.maskedPaths[0]", { $0.linux?.maskedPaths = ["proc/kcore"] }),
            ("linux.personality.domain", { $0.linux?.personality = try? decode("{\"domain\":\"BSD\"}") }),
            ("mounts[0].destination", { $0.mounts = [Mount(destination: "", type: "tmpfs")] }),
            ("mounts[0].type", { $0.mounts = [Mount(destination: "/a", options: ["ro"])] }),
            ("mounts[0].source", { $0.mounts = [Mount(destination: "/a", type: "bind")] }),
            ("mounts[0].options", { $0.mounts = [Mount(destination: "/a", type: "tmpfs", options: ["idmap"])] }),
            (
                "hooks.createContainer[0].path",
                { $0.hooks = try? decode("{\"createContainer\":[{\"path\":\"true\"}]}") }
            ),
            (
                "hooks.poststop[0].timeout",
                { $0.hooks = try? decode("{\"poststop\":[{\"path\":\"/bin/true\",\"timeout\":0}]}") }
            ),
            ("process.scheduler.policy", { $0.process?.scheduler = try? decode("{\"policy\":\"SCHED_BEST\"}") }),
            ("process.scheduler.priority", { $0.process?.scheduler = try? decode("{\"policy\":\"SCHED_FIFO\"}") }),
            (
                "process.ioPriority.priority",
                { $0.process?.ioPriority = try? decode("{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":8}") }
            ),
            (
                "hostname",
                { $0.linux?.namespaces = [Namespace(type: .mount), Namespace(type: .pid)] }
            ),
        ] as [(String, @Sendable (inout Spec) -> Void)])
    func theFieldThatIsWrongIsNamed(field: String, change: @Sendable (inout Spec) -> Void) throws {
        #expect(try error(change).field == field)
    }

    @Test func sysctlsNeedTheirNamespace() throws {
        let change: (inout Spec) -> Void = {
            $0.hostname = nil
            $0.linux?.namespaces = [Namespace(type: .mount)]
        }
        for name in ["net.ipv4.ip_forward", "kernel.shmmax", "fs.mqueue.msg_max", "kernel.domainname"] {
            let found = try error {
                change(&$0)
                $0.linux?.sysctl = [name: "1"]
            }
            #expect(found.field == "linux.sysctl.\(name)")
        }
    }

    @Test func sysctlNamesMayHaveSlashes() throws {
        let plan = try plan {
            $0.linux?.sysctl = ["net/ipv4/conf/eth0.100/forwarding": "1", "net.ipv4.conf.eth0/100.mtu": "1"]
        }
        #expect(
            plan.sysctls.map(\.path) == [
                "sys/net/ipv4/conf/eth0.100/mtu", "sys/net/ipv4/conf/eth0.100/forwarding",
            ])
    }

    @Test func aNamespaceThatIsTheHostsOwnIsNotTheContainers() throws {
        let found = try error {
            $0.linux?.namespaces = [
                Namespace(type: .mount), Namespace(type: .network, path: "/proc/self/ns/net"), Namespace(type: .uts),
            ]
            $0.linux?.sysctl = ["net.ipv4.ip_forward": "1"]
        }
        #expect(found.field == "linux.sysctl.net.ipv4.ip_forward")
    }

    @Test func unknownCapabilitiesArePassedOverWithAWarning() throws {
        let plan = try plan { $0.process?.capabilities?.effective = ["CAP_FLY", "CAP_KILL"] }
        #expect(plan.warnings.count == 1 && plan.warnings[0].contains("CAP_FLY"))
        #expect(plan.process.capabilities.effective.names == ["CAP_KILL"])
    }

    @Test func aDeviceOfTheSpecificationReplacesADefaultOne() throws {
        let plan = try plan {
            $0.linux?.devices = [Device(type: "c", path: "/dev/null", major: 1, minor: 3, fileMode: 0o600)]
        }
        #expect(plan.devices.filter { $0.path == "/dev/null" }.map(\.mode) == [0o600])
    }
}

/// Values of the specification that have no initializer.
private func decode<Value: Decodable>(_ json: String) throws -> Value {
    try decodeJSON(Value.self, from: Data(json.utf8), file: nil)
}
