import Testing

@testable import HTTPPolicy

@Suite struct OutgoingPolicyTests {
    private func allows(_ list: String, _ authority: String, isSecure: Bool = true) throws -> Bool {
        let authority = try #require(OutgoingPolicy.Authority(authority))
        return try #require(OutgoingPolicy(list)).allows(authority, isSecure: isSecure)
    }

    @Test func withoutAListAllIsAllowedAndAnEmptyOneAllowsNothing() throws {
        let authority = try #require(OutgoingPolicy.Authority("example.com"))
        #expect(OutgoingPolicy().allows(authority, isSecure: false))
        #expect(try !allows("", "example.com"))
        #expect(try allows("*", "example.com:8443"))
    }

    @Test func aNameMeansThePortOfTheScheme() throws {
        #expect(try allows("a.com, example.com", "EXAMPLE.com"))
        #expect(try allows("example.com", "example.com:443"))
        #expect(try allows("example.com", "example.com:80", isSecure: false))
        #expect(try !allows("example.com", "example.com:80"))
        #expect(try !allows("example.com", "example.com:8080"))
        #expect(try !allows("example.com", "www.example.com"))
        #expect(try allows("example.com:8080", "example.com:8080"))
        #expect(try allows("example.com:*", "example.com:8080"))
    }

    @Test func aStarMeansAllUnderAName() throws {
        #expect(try allows("*.example.com", "a.b.example.com"))
        #expect(try !allows("*.example.com", "example.com"))
        #expect(try !allows("*.example.com", "badexample.com"))
        #expect(try allows("*.svc:8080", "db.prod.svc:8080", isSecure: false))
    }

    @Test func addressesAreAuthoritiesToo() throws {
        #expect(try allows("[::1]:81", "[::1]:81"))
        #expect(try allows("10.0.0.1", "10.0.0.1"))
    }

    @Test(arguments: ["a@b", "a:0", "a:x", "a b/c", "x:*:*", "*.*.a", "a*"])
    func whatIsNoListIsNone(list: String) {
        #expect(OutgoingPolicy(list) == nil)
    }

    @Test(arguments: ["", "user@host", "host:", "host:70000", "::1", "a/b", "a b"])
    func whatIsNoAuthorityIsNone(text: String) {
        #expect(OutgoingPolicy.Authority(text) == nil)
    }
}
