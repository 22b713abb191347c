import ArgumentParser
import Testing

@testable import MartletCommands

struct ContainerdImageTests {
    @Test(
        arguments: [
            ("hello", "docker.io/library/hello:latest"), ("hello:1", "docker.io/library/hello:1"),
            ("me/hello", "docker.io/me/hello:latest"), ("localhost/hello", "localhost/hello:latest"),
            ("host:5000/hello", "host:5000/hello:latest"), ("quay.io/me/hello:2", nil),
            ("hello@sha256:00", "docker.io/library/hello@sha256:00"),
            ("hello:1@sha256:00", "docker.io/library/hello@sha256:00"), ("sha256:00", nil),
            ("docker.io/library/hello:latest", nil),
        ] as [(String, String?)])
    func aShortNameIsAlsoTriedInFull(word: String, full: String?) {
        #expect(ImageName.candidates(word) == [word] + (full.map { [$0] } ?? []))
    }

    @Test func namesNearAWrongOneAreFound() {
        let names = ["docker.io/library/hello:latest", "quay.io/me/hello-go:1", "localhost/tool:1", "localhost/help:1"]
        #expect(ImageName.near("helo", in: names) == [names[0], names[3]])
        #expect(ImageName.near("hello", in: names) == [names[0], names[1]])
        #expect(ImageName.near("else", in: names).isEmpty)
    }

    @Test func anAddressIsAPathOrAURI() {
        #expect(ContainerdPlace.path(of: "unix:///run/c.sock") == "/run/c.sock")
        #expect(ContainerdPlace.path(of: "/run/c.sock") == "/run/c.sock")
    }

    @Test func optionsGoBeforeTheEnvironment() throws {
        let command = try #require(
            MartletCommand.parseAsRoot([
                "run", "--address", "unix:///a/b", "--namespace", "k8s.io", "containerd:hello", "--address", "c",
            ]) as? RunCommand)
        #expect(command.containerd.place == ContainerdPlace(socket: "/a/b", namespace: "k8s.io"))
        #expect(command.arguments == ["--address", "c"])
        let source = try RunSource(command.target, containerd: command.containerd.place)
        #expect(source == .containerd(.init(reference: "hello", place: command.containerd.place)))
        #expect(throws: (any Error).self) { try RunSource("containerd:") }
        #expect(throws: (any Error).self) { try MartletCommand.parseAsRoot(["run", "--namespace", "", "x"]) }
    }
}
