import Glibc
import LinuxSystem
import Testing

@testable import ShimCommand

struct SocketTests {
    private let folder = TestFolder()

    @Test func theAddressIsThatOfContainerdsShims() {
        // printf /run/containerd/containerd.sock/default/c1 | sha256sum
        let address = SocketAddress(containerd: "/run/containerd/containerd.sock", namespace: "default", group: "c1")
        #expect(
            address.text
                == "unix:///run/containerd/s/\(SHA256.digest(of: "/run/containerd/containerd.sock/default/c1"))")
        #expect(SocketAddress(address.text) == address)
    }

    @Test func partsAreJoinedAsGoJoinsPaths() {
        #expect(SocketAddress.join("/run/c.sock", "ns", "a/../b") == "/run/c.sock/ns/b")
        #expect(SocketAddress.join("", "ns", "g") == "ns/g")
        #expect(SocketAddress.join("//run//c", ".", "../g") == "/run/g")
        #expect(SocketAddress.join("/", "..", "g") == "/g")
    }

    @Test func aSecondShimOfAGroupFindsTheFirst() throws {
        let address = SocketAddress(containerd: "/c", namespace: "ns", group: "g", folder: folder.path + "/s")
        guard case .listening(let socket) = try ShimSocket.listen(at: address) else {
            Issue.record("nobody is there yet")
            return
        }
        var status = stat()
        stat(address.path, &status)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(try ShimSocket.answers(at: address))
        guard case .served = try ShimSocket.listen(at: address) else {
            Issue.record("there is one already")
            return
        }
        try ShimSocket.removeIfStale(address)
        #expect(access(address.path, F_OK) == 0, "the socket of a shim that lives stays")
        _ = consume socket
    }

    @Test func aStaleSocketIsReplaced() throws {
        let address = SocketAddress(containerd: "/c", namespace: "ns", group: "g", folder: folder.path)
        for _ in 0..<2 {
            guard case .listening = try ShimSocket.listen(at: address) else {
                Issue.record("the shim of the first turn has gone")
                return
            }
        }
        #expect(try !ShimSocket.answers(at: address))
        try ShimSocket.removeIfStale(address)
        #expect(access(address.path, F_OK) != 0)
    }
}
