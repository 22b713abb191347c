import CRIClient
import Foundation
import Testing

extension Integration {
    /// A component that answers HTTP requests in a pod, as the kubelet and the pod's clients see it.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct PodServiceTests {
        private let image = Image.guest("serve.wasm")

        @Test func aServiceIsReadyByHTTPLogsAndEndsWithWhatIsInFlight() async throws {
            try await withPod { pod in
                let service = try await pod.start("service", image)
                try await service.isReady(in: pod)
                let address = try await pod.address
                #expect(try HTTPConnection(host: address, port: 8080).get("/print").text == "one\ntwo\n")
                try await service.says("amid, on stderr", "stderr")
                try await service.says("amid, on stdout", "stdout")
                #expect(service.lines().allSatisfy { $0.tag == "F" })

                let slow = try HTTPConnection(host: address, port: 8080)
                try slow.send("GET /sleep?2000 HTTP/1.1", "Host: a", "")
                #expect(try HTTPConnection(host: address, port: 8080).get("/hello").status == 200)
                // The grace period is far longer than the test may take.
                try await service.stop(grace: 500)
                #expect(try slow.response().text == "slept\n")
                let status = try await service.status
                #expect(status.exitCode == 0)
                #expect(status.reason == "Completed")
            }
        }

        @Test func aServiceThatWasKilledServesAgainInItsPodBesideOthers() async throws {
            try await withPod { pod in
                let sidecar = try await pod.start("sidecar", .guest("tool.wasm"), "sleep")
                let first = try await pod.start("service", image)
                try await first.isReady(in: pod)
                kill(try await first.process.pid, SIGKILL)
                #expect(try await first.ended().exitCode == 137)
                let second = try await pod.start("service", image) { config in
                    config.metadata.attempt = 1
                    var address = CRIKeyValue()
                    address.key = "WASMTIME_HTTP_PROXY_SOCKET_ADDR"
                    address.value = "0.0.0.0:81"
                    config.envs.append(address)
                }
                try await second.isReady(in: pod, port: 81)
                #expect(try await sidecar.status.state == .containerRunning)
            }
        }
    }
}

extension Pod {
    fileprivate var address: String {
        get async throws { try await cri.podSandboxStatus(id).status.network.ip }
    }
}

extension PodContainer {
    /// Waits as the kubelet does for a container with `readinessProbe.httpGet`.
    fileprivate func isReady(in pod: Pod, port: UInt16 = 8080) async throws {
        let address = try await pod.address
        try await eventually("an answer of container \(name): \(text("stderr"))") {
            let answer = try? HTTPConnection(host: address, port: port).get("/hello")
            return answer?.status == 200
        }
    }
}
