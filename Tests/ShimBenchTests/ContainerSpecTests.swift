import OCISpec
import ShimBench
import Testing

@Suite struct ContainerSpecTests {
    @Test func theSpecIsWhatCtrMakesForAnImageWithoutSettings() {
        let spec = ContainerSpec.make(arguments: ["/hello.wasm"], cgroupsPath: "/bench/a")
        #expect(spec.process?.args == ["/hello.wasm"])
        #expect(spec.process?.noNewPrivileges == true)
        #expect(spec.process?.capabilities?.bounding?.count == 14)
        #expect(spec.linux?.cgroupsPath == "/bench/a")
        #expect(spec.linux?.namespaces?.map(\.type) == [.pid, .ipc, .uts, .mount, .network])
        #expect(spec.linux?.seccomp == nil)
        #expect(spec.linux?.resources?.devices?.first == DeviceRule(allow: false, access: "rwm"))
        #expect(spec.linux?.resources?.devices?.count == 10)
        #expect(spec.mounts?.map(\.destination).first == "/proc")
    }
}
