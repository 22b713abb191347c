import NIOHTTP1
import Testing

@testable import WASIHTTP

@Suite struct CGIVariablesTests {
    private func variables(
        _ path: String?, _ headers: HTTPHeaders = [:], authority: String? = "a.example:81", client: String? = "::1",
        taken: Set<String> = []
    ) -> [String: String]? {
        let request = Exchange.Request(
            method: "GET", path: path, authority: authority, headers: headers, version: .http1_1, client: client)
        return CGIVariables(request, number: 7, server: .init(host: "::", port: 80), taken: taken).map { variables in
            Dictionary(variables.list.map { ($0.name, $0.value) }) { first, _ in
                Issue.record("twice: \(first)")
                return first
            }
        }
    }

    @Test func thePathIsDecodedAndTheQueryIsNot() throws {
        let found = try #require(variables("/a%2Fb/%C3%A9+?x=%20&y"))
        #expect(found["PATH_INFO"] == "/a/b/é+" && found["X_RAW_PATH_INFO"] == "/a%2Fb/%C3%A9+")
        #expect(found["QUERY_STRING"] == "x=%20&y" && found["SCRIPT_NAME"] == "")
        #expect(found["X_FULL_URL"] == "http://a.example:81/a%2Fb/%C3%A9+?x=%20&y")
        #expect(variables("*")?["PATH_INFO"] == "" && variables("/")?["QUERY_STRING"] == "")
    }

    @Test(arguments: ["/%00", "/%ff", "/%", "/%1", "/%zz"])
    func aPathThatIsNoTextIsRefused(path: String) {
        #expect(variables(path) == nil)
    }

    @Test func theServersNameIsTheClientsWord() throws {
        #expect(variables("/")?["SERVER_NAME"] == "a.example" && variables("/")?["SERVER_PORT"] == "80")
        #expect(variables("/", authority: "[::1]:5")?["SERVER_NAME"] == "[::1]")
        #expect(variables("/", authority: "[::1]")?["SERVER_NAME"] == "[::1]")
        let without = try #require(variables("/", authority: nil, client: nil))
        #expect(without["SERVER_NAME"] == "[::]" && without["HTTP_HOST"] == "[::]:80" && without["REMOTE_ADDR"] == nil)
        #expect(variables("/")?["REMOTE_ADDR"] == "::1" && variables("/")?["REQUEST_ID"] == "7")
    }

    @Test func fieldsAreVariablesWhereTheyCanBe() throws {
        let headers: HTTPHeaders = [
            "Content-Type": "a/b", "Content-Length": "5", "X-A": "1", "x-a": "2", "X_B": "3", "X!C": "4",
            "Proxy": "evil", "Proxy-Authorization": "x", "Upgrade": "x", "Keep": "5", "X-Own": "6",
        ]
        let found = try #require(variables("/", headers, taken: ["HTTP_X_OWN"]))
        #expect(found["CONTENT_TYPE"] == "a/b" && found["CONTENT_LENGTH"] == "5" && found["HTTP_X_A"] == "1, 2")
        let fields = found.keys.filter { $0.hasPrefix("HTTP_") }.sorted()
        #expect(fields == ["HTTP_HOST", "HTTP_KEEP", "HTTP_X_A"])
        #expect(variables("/", ["Content-Length": "5", "Transfer-Encoding": "chunked"])?["CONTENT_LENGTH"] == nil)
        #expect(variables("/", ["X": "a\u{0}b"]) == nil)
    }

    @Test func whatItSetsIsItsOwn() throws {
        let found = try #require(variables("/", ["Content-Type": "a", "Content-Length": "1"]))
        let names = found.keys.filter { !$0.hasPrefix("HTTP_") }
        #expect(CGIVariables.own.isSuperset(of: names))
    }
}
