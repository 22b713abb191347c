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
        #expect(settings.address == .init(host: "0.0.0.0", port: 8080) && settings.backlog == 100)
    }

    @Test func theEnvironmentsNamesAreThoseOfOtherShims() throws {
        let settings = try settings([
            ("PATH", "/bin"), ("WASMTIME_HTTP_PROXY_SOCKET_ADDR", "127.0.0.1:81"), ("WASMTIME_HTTP_BACKLOG", "7"),
        ])
        #expect(settings.address == .init(host: "127.0.0.1", port: 81) && settings.backlog == 7)
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
        #expect(settings.address == .init(host: "::1", port: 82) && settings.requestTimeout == 5000)
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

    @Test func figuresAndTheAccessLogAreAskedFor() throws {
        #expect(try settings().metrics == nil && !settings().logsAccess)
        let found = try settings([], ["martlet.dev/http-metrics": "9090", "martlet.dev/http-access-log": "true"])
        #expect(found.metrics == .init(host: "0.0.0.0", port: 9090) && found.logsAccess)
        #expect(try settings([], ["martlet.dev/http-metrics": "[::1]:91"]).metrics == .init(host: "::1", port: 91))
        for (key, value) in [("metrics", "x"), ("access-log", "maybe"), ("outgoing", "a b/c")] {
            let error = #expect(throws: ServerSettings.Invalid.self) {
                try settings([], ["martlet.dev/http-\(key)": value])
            }
            #expect(error?.description.contains("martlet.dev/http-\(key)") == true)
        }
    }

    @Test func fewDescriptorsMeanFewRequestsAtOnce() throws {
        var settings = try settings()
        settings.fit(descriptors: 1024)
        #expect(settings.connections == 341 && settings.concurrency == 50)
        settings.fit(descriptors: 1)
        #expect(settings.connections == 1 && settings.concurrency == 1)
        settings = try self.settings()
        settings.fit(descriptors: .max)
        #expect(settings.concurrency == ServerSettings.mostConcurrency)
    }
}
