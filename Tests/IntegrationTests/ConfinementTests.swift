import Foundation
import Testing

extension Integration {
    /// What a running guest's process may do, by what the kernel says of it.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ConfinementTests {
        private func whileAsleep(
            _ container: Container, _ look: (ProcessFacts) async throws -> Void
        ) async throws {
            let running = try await container.args("sleep").start()
            try await running.says("ready")
            try await look(ProcessFacts(pid: try await running.pid))
            try await running.kill("SIGKILL")
            _ = await running.finished()
        }

        private let tool = container(.guest("tool.wasm"))

        @Test func seccompFiltersAndNoNewPrivilegesAreInForce() async throws {
            try await whileAsleep(tool) { guest in
                let status = try guest.status
                #expect(status["Seccomp"] == "2")
                #expect(status["NoNewPrivs"] == "1")
            }
        }

        @Test func theNamespacesAreItsOwn() async throws {
            try await whileAsleep(tool) { guest in
                let own = ProcessFacts(pid: getpid())
                for kind in ["mnt", "pid", "ipc", "uts", "net"] {
                    let (theirs, ours) = (try guest.namespace(kind), try own.namespace(kind))
                    #expect(theirs != ours, "\(kind)")
                }
            }
        }

        @Test func itIsTheFirstProcessOfItsPidNamespace() async throws {
            try await whileAsleep(tool) { guest in
                let numbers = try guest.status["NSpid"]
                #expect(numbers?.split(separator: "\t").last == "1")
            }
        }

        /// `ctr` asks for what containerd gives by default; a capability that is dropped is in none of the sets.
        @Test func aDroppedCapabilityIsInNoSet() async throws {
            try await whileAsleep(tool.option("--cap-drop", "CAP_NET_RAW")) { guest in
                let status = try guest.status
                for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
                    let bits = try #require(UInt64(status[set] ?? "", radix: 16))
                    #expect(bits & (1 << 13) == 0, "\(set)")
                    #expect(bits & (1 << 21) == 0, "\(set) has CAP_SYS_ADMIN")
                }
            }
        }

        @Test func ofTheMachinesMountsNoneIsSeen() async throws {
            try await whileAsleep(tool) { guest in
                let mounts = try guest.mounts
                #expect(mounts.contains("/proc"))
                let tops = Set(mounts.map { String($0.split(separator: "/").first ?? "") })
                #expect(tops.isSubset(of: ["", "proc", "sys", "dev", "run"]))
            }
        }

        @Test func psShowsTheModuleAndItsArguments() async throws {
            try await whileAsleep(tool) { guest in
                let arguments = try guest.arguments
                #expect(arguments == ["/tool.wasm", "sleep"])
            }
        }

        @Test func onlyTheStandardDescriptorsLeadOut() async throws {
            try await whileAsleep(tool) { guest in
                let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(guest.pid)/fd")
                for descriptor in descriptors.compactMap(Int.init) where descriptor > 2 {
                    let target = try FileManager.default.destinationOfSymbolicLink(
                        atPath: "/proc/\(guest.pid)/fd/\(descriptor)")
                    #expect(!target.hasPrefix("socket:"), "\(descriptor) is \(target)")
                }
            }
        }
    }
}
