import FoundationEssentials
import Testing

@testable import EngineProtocol

private func roundTrip<Message: Codable>(_ message: Message) throws -> Message {
    try JSONDecoder().decode(Message.self, from: JSONEncoder().encode(message))
}

@Suite struct MessageTests {
    @Test func aRequestComesBackAsItWas() throws {
        let request = CreateRequest(
            id: "c1", bundle: "/run/b", rootfs: "/run/b/rootfs", entrypoint: .wasm(path: "/a.wasm", function: "run"),
            cgroup: CgroupPlacement(entryFiles: ["/sys/fs/cgroup/x/cgroup.procs"]), guestMemoryLimit: .max,
            descriptors: [.control, .stdin, .module], options: CreateOptions(noNewKeyring: true, guestSeccomp: .log))
        guard case .create(let back) = try roundTrip(EngineRequest.create(request)) else {
            Issue.record("another case")
            return
        }
        #expect(back.id == request.id)
        #expect(back.entrypoint == request.entrypoint)
        #expect(back.cgroup == request.cgroup)
        #expect(back.guestMemoryLimit == .max)
        #expect(back.descriptors == request.descriptors)
        #expect(back.options == request.options)
    }

    @Test func aFailureReadsAsStepAndMessage() throws {
        let failure = ContainerFailure(.systemCall, step: "mounts[3] (/data)", message: "no such file", errno: 2)
        #expect(try roundTrip(failure) == failure)
        #expect(failure.description == "mounts[3] (/data): no such file")
        #expect(ContainerFailure(.hook, step: "", message: "timed out").description == "timed out")
    }
}
