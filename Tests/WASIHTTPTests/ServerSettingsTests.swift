import Testing

@testable import WASIHTTP

@Suite struct ServerSettingsTests {
    private func settings(
        _ environment: [(String, String)] = [], _ annotations: [String: String] = [:]
    ) throws -> ServerSettings {
        try ServerSettings(environment: environment.map { (name: $0.0, value: $0.1) }, annotations: annotations)
    }

    @Test func withoutAWordItIsPort8080OfEveryAddress() throws {
        let settings = try settings()
        #expect(settings.host == "0.0.0.0" && settings.port == 8080 && settings.backlog == 100)
    }

    @Test func theEnvironmentsNamesAreThoseOfOtherShims() throws {
        let settings = try settings([
            ("PATH", "/bin"), ("WASMTIME_HTTP_PROXY_SOCKET_ADDR", "127.0.0.1:81"), ("WASMTIME_HTTP_BACKLOG", "7"),
        ])
        #expect(settings.host == "127.0.0.1" && settings.port == 81 && settings.backlog == 7)
        #expect(try self.settings([("WASMTIME_HTTP_PROXY_BACKLOG", "9")]).backlog == 9)
        for name in ["WASMTIME_HTTP_PROXY_SOCKET_ADDR", "WASMTIME_HTTP_BACKLOG", "WASMTIME_HTTP_PROXY_BACKLOG"] {
            #expect(ServerSettings.isOwn(variable: name))
        }
        #expect(!ServerSettings.isOwn(variable: "PATH"))
    }

    @Test func annotationsComeFirst() throws {
        let settings = try settings(
            [("WASMTIME_HTTP_PROXY_SOCKET_ADDR", "127.0.0.1:81")],
            ["martlet.dev/http-address": "[::1]:82", "martlet.dev/http-request-timeout": "5", "other": "x"])
        #expect(settings.host == "::1" && settings.port == 82 && settings.requestTimeout == 5000)
    }

    @Test(arguments: ["8080", "0.0.0.0:0", "0.0.0.0:65536", "0.0.0.0:x", ""])
    func anAddressThatIsNoneIsNamed(text: String) {
        let error = #expect(throws: ServerSettings.Invalid.self) {
            try settings([("WASMTIME_HTTP_PROXY_SOCKET_ADDR", text)])
        }
        #expect(error?.description.contains("WASMTIME_HTTP_PROXY_SOCKET_ADDR") == true)
    }

    @Test func anAnnotationThatIsNotKnownIsAnError() {
        let error = #expect(throws: ServerSettings.Invalid.self) { try settings([], ["martlet.dev/http-speed": "1"]) }
        #expect(error?.description.contains("martlet.dev/http-speed") == true)
    }

    @Test func fewDescriptorsMeanFewRequestsAtOnce() throws {
        var settings = try settings()
        settings.fit(descriptors: 1024)
        #expect(settings.connections == 512 && settings.concurrency == 43)
        settings.fit(descriptors: 1)
        #expect(settings.connections == 1 && settings.concurrency == 1)
    }
}
