import Foundation
import Testing

extension Integration {
    /// As ``ServiceSurfaceTests``: the world beside HTTP, and what guests do that they should not.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ServiceWorldTests {
        private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

        @Test(arguments: Service.surfaces) func pollablesAreReadyWhenTheirTimeHasCome(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let text4 = try service.connect().get("/poll").text
                #expect(
                    text4 == #"""
                        soon is ready 0
                        far is ready 0
                        instant is ready 0
                        zero is ready 1
                        past is ready 1
                        ready at once 2
                          place 2
                          place 3
                        ready 1
                          place 0
                        waited 1
                        soon is ready 1
                        the same twice 2
                        stdout is ready 1

                        """#)
                let text5 = try service.post("/waits", Self.letters).text
                #expect(
                    text5 == #"""
                        of the body 1
                          place 1
                        of the response 1
                          place 1

                        """#)
                let text6 = try service.connect().get("/clocks").text
                #expect(
                    text6 == #"""
                        monotonic 1
                        resolution 1
                        later 1
                        after 2024 1
                        nanoseconds 1
                        not before 1
                        seconds 0
                        nanoseconds 1

                        """#)
                let text7 = try service.connect().get("/random").text
                #expect(
                    text7 == #"""
                        random 0
                          zeros 0
                        insecure 0
                          zeros 0
                        random 1
                          zeros 0
                        insecure 1
                          zeros 0
                        random 7
                          zeros 0
                        insecure 7
                          zeros 0
                        random 8
                          zeros 0
                        insecure 8
                          zeros 0
                        random 9
                          zeros 0
                        insecure 9
                          zeros 0
                        random 4096
                          zeros 0
                        insecure 4096
                          zeros 0
                        random 1048576
                          zeros 0
                        insecure 1048576
                          zeros 0
                        numbers differ 1
                        insecure numbers differ 1
                        seed 1

                        """#)
            }
        }

        @Test(arguments: Service.surfaces) func theCommandLinesWorldIsThere(_ guest: String) async throws {
            let service = try await Service.start(guest, env: "MOOD=good")
            let text8 = try service.connect().get("/cli").text
            #expect(
                text8 == #"""
                    MOOD 'good'
                    arguments 1
                    has a working directory 0
                    terminal stdin 0
                    terminal stdout 0
                    terminal stderr 0
                    stdout: ok
                      some room 1
                    write: ok
                    flush: ok
                    blocking write: ok
                    blocking flush: ok
                    zeroes: ok
                    blocking zeroes: ok
                    stderr: ok

                    """#)
            #expect(try service.connect().get("/exit?0").status == 500)
            #expect(try service.connect().get("/exit?1").status == 500)
            #expect(try service.connect().get("/status?204").status == 204)
            let outcome = try await service.end()
            #expect(outcome.stdout == "a line on stdout, and its end\n\0\0\0\n")
            #expect(outcome.stderr.contains("on stderr\n"))
            for status in [0, 1] { #expect(outcome.stderr.contains("wasi:cli/exit with \(status)\n")) }
        }

        // MARK: Odd and hostile guests

        @Test(arguments: Service.surfaces) func thingsAreDroppedInOddOrders(_ guest: String) async throws {
            let expected: [String?] = [
                "", "read: ok\n", "read: ok\n", "", "", "fields 0\nreceived 0\n", nil, nil, "", "written\n", nil, "",
                "fields 2\n  x-one: 'a'\n  x-one: 'b'\n", "written\n",
            ]
            try await Service.whileServing(guest) { service in
                for (number, text) in expected.enumerated() {
                    let response = try service.post("/drop?\(number)", Self.letters)
                    #expect(response.status == (text == nil ? 500 : 200), "\(number)")
                    if let text { #expect(response.text == text, "\(number)") }
                }
                // A body that is shorter than it was said to be.
                #expect(throws: FixtureError.self) { try service.connect().get("/drop?14") }
                #expect(try service.connect().get("/drop?15").text == "")
            }
        }

        /// Its number stands for nothing else meanwhile.
        @Test(arguments: Service.surfaces) func aThingOfAnEarlierRequestMayBeDropped(_ guest: String) async throws {
            try await Service.whileServing(guest, ["reuse": "100"]) { service in
                let connection = try service.connect()
                #expect(try connection.get("/keep").text == "kept 0\nhas it 1\n")
                for _ in 0..<3 { #expect(try connection.get("/keep").text == "kept 1\nhas it 1\n") }
                #expect(try connection.get("/fields").status == 200)
            }
        }

        /// Each costs its own request, and no other.
        @Test(arguments: Service.surfaces) func whatNoGuestMayDoStopsIt(_ guest: String) async throws {
            let numbers = 0..<89
            let outcome = try await Service.whileServing(guest) { service in
                for number in numbers {
                    let response = try service.connect().get("/hostile?\(number)")
                    #expect(response.status == 500, "\(number)")
                }
                #expect(try service.post("/read-within", Self.letters).status == 500)
                #expect(try service.connect().get("/status?204").status == 204)
            }
            #expect(outcome.status == 0)
            #expect(outcome.stderr.components(separatedBy: " was stopped\n").count - 1 == numbers.count + 1)
        }

        /// The engine stops a guest that drops a thing as another one; if it is lowered, the thing is dropped.
        @Test(arguments: Service.surfaces) func dropsOfAnotherKindHarmNobodyElse(_ guest: String) async throws {
            let outcome = try await Service.whileServing(guest) { service in
                for number in 89..<93 {
                    let status = try service.connect().get("/hostile?\(number)").status
                    #expect(status == 500 || guest != "surface.wasm" && status == 200, "\(number)")
                }
                #expect(try service.connect().get("/status?204").status == 204)
            }
            #expect(outcome.status == 0)
        }
    }
}
