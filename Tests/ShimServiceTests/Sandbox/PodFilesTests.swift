import ContainerdAPI
import Glibc
import LinuxSystem
import OCISpec
import SwiftProtobuf
import Testing

@testable import ShimService

struct PodFilesTests {
    private let folder: TemporaryFolder
    private var files: PodFiles { PodFiles(folder: folder.path, hasSharedMemory: false) }

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func theFilesAreOfThePodsConfigurationAndTheNode() throws {
        try files.make(
            .with {
                $0.hostname = "web"
                $0.dnsConfig = .with {
                    $0.servers = ["10.0.0.10", "10.0.0.11"]
                    $0.searches = ["ns.svc", "svc"]
                    $0.options = ["ndots:5"]
                }
            })
        #expect(try readText("\(folder.path)/hostname") == "web\n")
        #expect(try readText("\(folder.path)/hosts") == readText("/etc/hosts"))
        #expect(
            try readText("\(folder.path)/resolv.conf")
                == "search ns.svc svc\nnameserver 10.0.0.10\nnameserver 10.0.0.11\noptions ndots:5\n")
    }

    @Test func withoutAConfigurationTheyAreTheNodesOrEmpty() throws {
        try files.make(CRIPodSandboxConfig(), node: "\(folder.path)/nowhere")
        #expect(try readText("\(folder.path)/hosts") == "" && readText("\(folder.path)/resolv.conf") == "")
        #expect(try readText("\(folder.path)/hostname").count > 1)
    }

    @Test func aContainerIsGivenWhatItsSpecificationHasNoMountFor() {
        var spec = Spec()
        spec.mounts = [Mount(destination: "/etc/hosts", type: "bind", source: "/kubelet/hosts")]
        let mounts = files.mounts(for: spec)
        #expect(mounts.map(\.destination) == ["/etc/hostname", "/etc/resolv.conf"])
        #expect(mounts.first?.source == "\(folder.path)/hostname")
        #expect(mounts.first?.options == ["rbind", "rprivate", "rw"])
        spec.root = Root(path: "rootfs", readonly: true)
        #expect(files.mounts(for: spec).allSatisfy { $0.options?.last == "ro" })
    }

    @Test func aContainerInThePodsIPCNamespaceSharesItsMemory() {
        let files = PodFiles(folder: folder.path, hasSharedMemory: true)
        var spec = Spec()
        spec.mounts = [Mount(destination: "/dev/shm", type: "tmpfs", source: "shm")]
        spec.linux = Linux()
        func shared() -> Mount? { files.mounts(for: spec).first { $0.destination == "/dev/shm" } }
        #expect(shared() == nil, "it uses the node's ipc namespace")
        spec.linux?.namespaces = [Namespace(type: .ipc)]
        #expect(shared() == nil, "it has an ipc namespace of its own")
        spec.linux?.namespaces = [Namespace(type: .ipc, path: "/proc/7/ns/ipc")]
        #expect(shared()?.source == "\(folder.path)/shm")
        spec.mounts = [Mount(destination: "/dev/shm", type: "bind", source: "/elsewhere")]
        #expect(shared() == nil, "what the caller binds there stays")
    }
}
