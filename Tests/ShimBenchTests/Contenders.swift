@testable import ShimBench

extension Plan {
    /// A plan that is in order.
    static func of(_ names: String..., runs: Int = 2, warmUps: Int = 1) -> Plan {
        let contenders = names.map { name in
            Contender(
                name: name, shim: "/bin/\(name)", runtime: "io.containerd.\(name).v1", rootfs: "/rootfs",
                image: "localhost/\(name):1", arguments: ["/hello"], output: "hello", idleArguments: ["/sleep"],
                hasSandboxAPI: false)
        }
        return Plan(
            folder: "/tmp/bench", address: "/run/c.sock", namespace: "bench", runs: runs, warmUps: warmUps, idle: 1,
            contenders: contenders, versions: [:])
    }
}
