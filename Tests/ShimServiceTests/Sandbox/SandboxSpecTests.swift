import ContainerdAPI
import OCISpec
import ShimService
import SwiftProtobuf
import Testing

/// What a sandbox's own process is, by what asks for it.
struct SandboxSpecTests {
    private func config(_ change: (inout CRIPodSandboxConfig) -> Void = { _ in }) -> CRIPodSandboxConfig {
        .with {
            $0.hostname = "web"
            $0.linux.cgroupParent = "/kubepods/pod1"
            change(&$0)
        }
    }

    private func kinds(_ spec: Spec) -> Set<Namespace.Kind> { Set((spec.linux?.namespaces ?? []).map(\.type)) }

    @Test func aPodHasNamespacesOfItsOwnInTheNetworkThatCRIMade() throws {
        let spec = try SandboxSpec.make(id: "s1", config: config(), network: "/var/run/netns/cni-1")
        #expect(kinds(spec) == [.mount, .pid, .ipc, .uts, .network])
        #expect(spec.linux?.namespaces?.first { $0.type == .network }?.path == "/var/run/netns/cni-1")
        #expect(spec.hostname == "web")
        #expect(spec.linux?.cgroupsPath == "/kubepods/pod1/s1")
        #expect(spec.linux?.resources?.cpu?.shares == 2)
        #expect(spec.process?.oomScoreAdj == SandboxSpec.oomScoreAdjustment)
        #expect(-998...1000 ~= SandboxSpec.oomScoreAdjustment && spec.process?.noNewPrivileges == true)
        #expect(spec.process?.user?.uid == 65535 && spec.process?.capabilities == nil)
    }

    @Test func whatThePodSharesWithTheNodeIsNotMade() throws {
        let spec = try SandboxSpec.make(
            id: "s1",
            config: config {
                $0.linux.securityContext.namespaceOptions = .with {
                    $0.network = .node
                    $0.pid = .node
                    $0.ipc = .node
                }
            }, network: "")
        #expect(kinds(spec) == [.mount])
        #expect(spec.hostname == nil, "the name of the node is the node's")
        #expect(spec.linux?.sysctl == [:])
    }

    @Test func thePodsParametersComeBeforeThoseThatCRISetsByItself() throws {
        let spec = try SandboxSpec.make(
            id: "s1",
            config: config {
                $0.linux.sysctls = ["net.ipv4.ip_unprivileged_port_start": "80", "kernel.shm_rmid_forced": "1"]
            }, network: "/n")
        #expect(
            spec.linux?.sysctl == [
                "net.ipv4.ip_unprivileged_port_start": "80", "kernel.shm_rmid_forced": "1",
                "net.ipv4.ping_group_range": "0 2147483647",
            ])
    }

    @Test func aSliceOfSystemdIsNamedAsCRINamesIt() throws {
        let spec = try SandboxSpec.make(
            id: "s1", config: config { $0.linux.cgroupParent = "/kubepods.slice/kubepods-pod1.slice" }, network: "/n")
        #expect(spec.linux?.cgroupsPath == "kubepods-pod1.slice:cri-containerd:s1")
        let none = try SandboxSpec.make(id: "s1", config: config { $0.linux.cgroupParent = "" }, network: "/n")
        #expect(none.linux?.cgroupsPath == nil)
    }

    @Test func aUserNamespaceIsRefused() {
        let error = #expect(throws: TaskError.self) {
            try SandboxSpec.make(
                id: "s1",
                config: config { $0.linux.securityContext.namespaceOptions.usernsOptions.mode = .pod }, network: "/n")
        }
        #expect(error?.code == .invalidArgument && error?.message.contains("podsandbox") == true)
    }

    @Test func ofAGivenSpecificationThePodsPartsAreTaken() {
        var given = Spec()
        given.hostname = "given"
        given.process = Process(args: ["/bin/sh"])
        given.mounts = [Mount(destination: "/proc", type: "proc")]
        given.hooks = Hooks()
        var linux = Linux()
        linux.namespaces = [Namespace(type: .user), Namespace(type: .uts), Namespace(type: .network)]
        linux.cgroupsPath = "/a/b"
        linux.seccomp = nil
        given.linux = linux
        let spec = SandboxSpec.make(given: given, network: "/n")
        #expect(spec.hostname == "given" && spec.linux?.cgroupsPath == "/a/b")
        #expect(kinds(spec) == [.mount, .uts, .network])
        #expect(spec.linux?.namespaces?.last?.path == "/n")
        #expect(spec.process?.args == ["martlet-sandbox"] && spec.hooks == nil)
        #expect(spec.mounts?.map(\.destination) == ["/dev"])
    }
}
