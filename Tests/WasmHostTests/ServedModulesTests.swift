import Testing

@testable import WasmHost

@Suite struct ServedModulesTests {
    private let all = "martlet.dev/http-module"
    private let name = "io.kubernetes.cri.container-name"

    @Test func anAnnotationServesAllModulesOfThePod() throws {
        #expect(try !ServedModules.areWanted([:]))
        #expect(try ServedModules.areWanted([all: "wagi"]))
        #expect(try !ServedModules.areWanted([all: "none"]))
        #expect(try ServedModules.areWanted([all: "wagi", name: "app"]))
    }

    @Test func oneOfAContainersOwnComesFirst() throws {
        #expect(try !ServedModules.areWanted([all: "wagi", "\(all).job": "none", name: "job"]))
        #expect(try ServedModules.areWanted(["\(all).app": "wagi", name: "app"]))
        #expect(try !ServedModules.areWanted(["\(all).app": "wagi", name: "job"]))
        #expect(try !ServedModules.areWanted(["\(all).app": "wagi"]))
    }

    @Test func anotherWordIsNamed() {
        let error = #expect(throws: GuestError.self) { try ServedModules.areWanted([all: "cgi"]) }
        #expect(error?.message == "martlet.dev/http-module is \"cgi\": wagi or none is needed")
    }
}
