import Foundation
import Testing

extension Integration {
    /// Requests of guests' own, by a guest that calls all there is for them: what it is given is the same whether it is
    /// lowered or not.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ServiceRequestSurfaceTests {
        @Test(arguments: Service.surfaces) func aRequestIsWhatItIsSetTo(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let text = try service.connect().get("/asked").text
                let methods = (1...8).map { "refused 0\nmethod \($0)\n" }.joined()
                let times = ["connect", "first byte", "between bytes"].map {
                    "\($0) 0\nrefused 0\nset to what it was told 1\nthen 0\n"
                }
                #expect(
                    text == "method 0\n" + methods + #"""
                        refused 0
                        method 'PURGE'
                        refused 1
                        refused 1
                        method 'PURGE'
                        path '(none)'
                        path is to be '/a?b'
                          it is '/a?b'
                        path is to be ''
                          it is ''
                        path is to be 'a b'
                          refused
                          it is ''
                        path is to be '/\0a'
                          refused
                          it is ''
                        path is to be none
                          it is '(none)'
                        authority is to be 'host:80'
                          it is 'host:80'
                        authority is to be 'two words'
                          refused
                          it is 'host:80'
                        authority is to be none
                          it is '(none)'
                        scheme none
                        scheme 0
                        scheme 1
                        scheme 'ftp'
                        scheme none
                        fields 1
                          x-one: 'a'
                        append: immutable
                        body: ok
                        body again: error
                        stream: ok
                        stream again: error

                        """# + times.joined())
            }
        }

        private static let received = """
            x-had 0
            append: immutable
            body: ok
            body again: error
            stream again: error

            """

        @Test(arguments: Service.surfaces) func anAnswerIsReadToItsTrailers(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let authority = "127.0.0.1:\(service.port)"
                let connection = try service.connect()
                let answered = try connection.get("/ask?\(authority)").text
                #expect(
                    answered == """
                        may write 1
                        finished 1
                        there 1
                        there again 2
                        status 200

                        """ + Self.received + #"""
                            read 'body\0a'
                            end: closed
                            trailers 2
                              x-sum: '7'
                              x-empty: ''
                            trailers again 2

                            """#)
                let empty = try connection.get("/get-nothing?\(authority)").text
                #expect(
                    empty == "there 1\nthere again 2\nstatus 204\n" + Self.received
                        + "end: closed\nno trailers\ntrailers again 2\n")
            }
        }

        @Test(arguments: Service.surfaces) func anAnswerThatIsBrokenOffHasNoEnd(_ guest: String) async throws {
            try await Service.whileServing { other in
                try await Service.whileServing(guest) { service in
                    let text = try service.connect().get("/get-half?127.0.0.1:\(other.port)").text
                    // Of the engine's streams nobody can tell why they ended.
                    let code = guest == "surface.wasm" ? 0 : 1
                    #expect(
                        text.hasPrefix("there 1\nthere again 2\nstatus 200\n" + Self.received + "read '"), "\(text)")
                    #expect(
                        text.hasSuffix("end: failed\nhas a code \(code)\ntrailers failed\ntrailers again 2\n"),
                        "\(text)")
                }
            }
        }

        @Test(arguments: Service.surfaces) func aBodyOfAnotherSizeThanItSaysIsBrokenOff(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let connection = try service.connect()
                let authority = "127.0.0.1:\(service.port)"
                #expect(try connection.get("/too-few?\(authority)").text == "finished 0\nerror 17\n")
                #expect(try connection.get("/too-many?\(authority)").text == "finished 0\nerror 17\n")
                #expect(try connection.get("/as-many?\(authority)").text == "finished 1\n")
                let left = try connection.get("/leave?\(authority)").text
                #expect(left == "sent 1\nthere 1\nerror 38\nanswered 0\n")
            }
        }

        /// One that would take the server's memory costs its own request.
        @Test(arguments: Service.surfaces) func fieldsAreHeldWithinMeasure(_ guest: String) async throws {
            let outcome = try await Service.whileServing(guest) { service in
                for (count, status) in [(60, 200), (70, 500), (60, 200)] {
                    let response = try service.connect().get("/hold-fields?\(count)")
                    #expect(response.status == status, "\(count)")
                }
            }
            #expect(outcome.stderr.contains("the guest's fields have more than 4194304 bytes"))
        }
    }
}
