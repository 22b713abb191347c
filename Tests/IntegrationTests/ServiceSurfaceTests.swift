import Foundation
import Testing

extension Integration {
    /// All that components may import that are lowered, by a guest that calls it: what it is given is the same over the
    /// engine's own WASI.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ServiceSurfaceTests {
        private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

        // MARK: Messages

        @Test(arguments: Service.surfaces) func fieldsAreWhatWASISays(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let connection = try service.connect()
                let text1 = try connection.get("/fields").text
                #expect(
                    text1 == #"""
                        new 0
                        append: ok
                        X-ONE 2
                          'a'
                          'b'
                        x-three 0
                        has X-Two 1
                        has x-three 0
                        set: ok
                        entries 4
                          x-two: ''
                          x-one: 'c'
                          x-one: 'd'
                          x-one: '\80\ff'
                        set to none: ok
                        delete: ok
                        delete what is not there: ok
                        left 0
                        clone 4
                          x-two: ''
                          x-one: 'c'
                          x-one: 'd'
                          x-one: '\80\ff'
                        clone that is left 4
                          x-two: ''
                          x-one: 'c'
                          x-one: 'd'
                          x-one: '\80\ff'
                        from list: ok
                        list 3
                          a: '1'
                          b: '\c3\a4'
                          a: ''
                        from no list: ok
                        empty 0
                        from a list with a bad name 1
                        from a list with a forbidden one 2
                        from a list with a bad value 1
                        from a list with no name 1

                        """#)
                let text2 = try connection.get("/large").text
                #expect(
                    text2 == #"""
                        append: ok
                        values 1
                        bytes 1048576
                        equal 1
                        append with a name of a megabyte: ok
                        has it 1
                        from a list of 10000: ok
                        values 10000
                        last 'pqrstuvwxyzabcdefghijklmno'

                        """#)
            }
        }

        @Test(arguments: Service.surfaces) func fieldsRefuseWhatCanNotBeSent(_ guest: String) async throws {
            let names = [
                ("", "invalid syntax"), (" ", "invalid syntax"), ("a b", "invalid syntax"), ("a:", "invalid syntax"),
                (#"\c3\a4"#, "invalid syntax"), (#"a\7f"#, "invalid syntax"), ("!#$%&'*+-.^_`|~09", "ok"),
                ("connection", "forbidden"), ("Keep-Alive", "forbidden"), ("proxy-authenticate", "forbidden"),
                ("proxy-authorization", "forbidden"), ("proxy-connection", "forbidden"),
                ("transfer-encoding", "forbidden"), ("upgrade", "forbidden"), ("host", "forbidden"),
                ("http2-settings", "forbidden"), ("te", "ok"), ("trailer", "ok"), ("content-length", "ok"),
                ("Set-Cookie", "ok"),
            ]
            var expected = ""
            for (name, answer) in names {
                let count = answer == "ok" ? 1 : 0
                expected += "append \(name) 'v': \(answer)\n  has \(count)\n  get \(count)\n"
                expected += "  set: \(answer)\n  set to none: \(answer)\n  delete: \(answer)\n"
            }
            expected += #"""
                append a 'tab\09bed': ok
                append a ' around ': ok
                append a 'line\0afeed': invalid syntax
                append a 'return\0d': invalid syntax
                append a 'nul\00': invalid syntax
                append a '\01': invalid syntax
                append a '\1f': invalid syntax
                append a '\7f': invalid syntax
                append a '\80\fe\ff': ok
                append a '': ok
                set to good and bad: invalid syntax
                entries 4
                  a: 'tab\09bed'
                  a: ' around '
                  a: '\80\fe\ff'
                  a: ''
                append to immutable: immutable
                append a bad name to immutable: immutable
                set in immutable: immutable
                delete in immutable: immutable
                append to its clone: ok
                clone has it 1
                immutable has it 0

                """#
            try await Service.whileServing(guest) { [expected] service in
                let text = try service.connect().get("/edges").text
                #expect(text == expected)
            }
        }

        @Test(arguments: Service.surfaces) func aRequestIsWhatCame(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let response = try service.connect().get(
                    "/request?a=b", method: "PURGE", "X-One: a", "X-Two:", "x-one: b c")
                #expect(
                    response.text == #"""
                        method 9
                        other 'PURGE'
                        has scheme 1
                        scheme 0
                        authority 'a'
                        path '/request?a=b'
                        X-One 2
                          'a'
                          'b c'
                        has host 0
                        has connection 0
                        fields 3
                          x-one: 'a'
                          x-two: ''
                          x-one: 'b c'
                        consume: ok
                        consume again: error
                        stream: ok
                        stream again: error
                        stream after it was dropped: error
                        consume after it was dropped: error

                        """#)
            }
        }

        @Test(arguments: Service.surfaces) func aResponseIsWhatTheGuestMakesOfIt(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let response = try service.connect().get("/response")
                #expect(response.status == 203 && response.fields["x-one"] == "b" && response.fields["x-two"] == nil)
                #expect(
                    response.text == #"""
                        status 200
                        set 201
                          refused 0
                          status 201
                        set 0
                          refused 1
                          status 201
                        set 99
                          refused 1
                          status 201
                        set 100
                          refused 1
                          status 201
                        set 101
                          refused 1
                          status 201
                        set 199
                          refused 1
                          status 201
                        set 200
                          refused 0
                          status 200
                        set 599
                          refused 0
                          status 599
                        set 999
                          refused 0
                          status 999
                        set 1000
                          refused 1
                          status 999
                        set 65535
                          refused 1
                          status 999
                        set 65740
                          refused 0
                          status 204
                        set 418
                          refused 0
                          status 418
                        headers 2
                          x-one: 'a'
                          x-one: 'b'
                        append to them: immutable
                        append to a clone: ok
                        body: ok
                        body again: error
                        write: ok
                        write again: error

                        """#)
                for status in [200, 204, 304, 418, 599, 999] {
                    #expect(try service.connect().get("/status?\(status)").status == status)
                }
                // What is refused.
                for status in [0, 99, 100, 199, 1000, 65535] {
                    #expect(try service.connect().get("/status?\(status)").status == 400, "\(status)")
                }
                #expect(try service.connect().get("/early").text == "early\n")
                let trailers = try service.connect().get("/trailers", "TE: trailers")
                #expect(trailers.text == "body\n" && trailers.trailers == ["x-sum": "7", "x-empty": ""])
            }
        }

        @Test(arguments: Service.surfaces) func eachErrorHasItsStatus(_ guest: String) async throws {
            let statuses = [
                504, 502, 502, 502, 502, 502, 502, 502, 504, 504, 504, 503, 502, 502, 502, 403, 411, 413, 405, 400, 414,
                431, 431, 431, 431, 502, 502, 502, 502, 502, 502, 502, 502, 504, 502, 400, 508, 500, 500,
            ]
            try await Service.whileServing(guest) { service in
                for (number, status) in statuses.enumerated() {
                    #expect(try service.connect().get("/error?\(number)").status == status, "\(number)")
                }
                for number in [1, 14, 17, 21, 22, 23, 24, 26, 27, 28, 29, 30, 31, 32, 38] {
                    let response = try service.connect().get("/detailed-error?\(number)")
                    #expect(response.status == statuses[number], "\(number)")
                }
            }
        }

        // MARK: Bodies

        @Test(arguments: Service.surfaces) func aBodyIsReadInEachWay(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let whole = #"""
                    read of nothing: ok
                      bytes 0
                    skip of nothing: ok
                      bytes 0
                    read 5
                      first 'A'
                    skipped 3
                    skipped, blocking 2
                    read, blocking 16
                      last 'Z'
                    end: closed
                    blocking read at the end: closed
                    read at the end: closed
                    read of nothing at the end: closed
                    blocking read of nothing at the end: closed
                    skip at the end: closed
                    blocking skip at the end: closed
                    ready at the end 1
                    trailers 1
                      taken 0
                      error 0
                      has 0
                    again 1
                      taken 1

                    """#
                #expect(try service.post("/body", Self.letters).text == whole)
                let text3 = try service.connect().get("/body").text
                #expect(
                    text3 == #"""
                        read of nothing: closed
                        skip of nothing: closed
                        read 0
                          first '\00'
                        skipped 0
                        skipped, blocking 0
                        read, blocking 0
                          last '\00'
                        end: closed
                        blocking read at the end: closed
                        read at the end: closed
                        read of nothing at the end: closed
                        blocking read of nothing at the end: closed
                        skip at the end: closed
                        blocking skip at the end: closed
                        ready at the end 1
                        trailers 1
                          taken 0
                          error 0
                          has 0
                        again 1
                          taken 1

                        """#)
                // One that is not collected.
                let size = 3_000_000
                let large = try service.post("/body", String(repeating: "x", count: size)).text
                var expected = whole.replacing("first 'A'", with: "first 'x'")
                expected = expected.replacing("last 'Z'", with: "last 'x'")
                expected = expected.replacing("blocking 16", with: "blocking \(size - 10)")
                #expect(large == expected)

                let connection = try service.connect()
                try connection.send(
                    "POST /body HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "", "5", "ABCDE")
                try await Task.sleep(for: .milliseconds(50))
                try connection.send("15", "FGHIJKLMNOPQRSTUVWXYZ", "0", "X-Sum: 11", "X-Two: b", "")
                let trailers = "has 1\n  fields 2\n  x-sum: '11'\n  x-two: 'b'\n"
                expected = whole.replacing("has 0\n", with: trailers)
                #expect(try connection.response().text == expected)

                for path in ["/unread?0", "/unread?1"] {
                    #expect(try service.post(path, Self.letters).status == 200)
                    #expect(try service.connect().get(path).status == 200)
                }
                #expect(try service.post("/stdin", Self.letters).text == "bytes 26\nend: closed\n")
                #expect(try service.connect().get("/stdin").text == "bytes 0\nend: closed\n")
            }
        }

        @Test(arguments: Service.surfaces) func aBodyIsWrittenInEachWay(_ guest: String) async throws {
            try await Service.whileServing(guest) { service in
                let written = "one\ntwo\n" + String(repeating: "\0", count: 7)
                #expect(
                    try service.connect().get("/write").text
                        == written + #"""
                            check: ok
                              some room 1
                            write: ok
                            check: ok
                              some room 1
                            write of nothing: ok
                            flush: ok
                            blocking flush: ok
                            ready 1
                            check: ok
                              some room 1
                            blocking write: ok
                            blocking write of nothing: ok
                            zeroes: ok
                            no zeroes: ok
                            blocking zeroes: ok
                            no blocking zeroes: ok

                            """#)
                for count in [0, 10, 1_000_000] {
                    #expect(try service.connect().get("/zeroes?\(count)").body == Data(count: count))
                }
                let end = #"""
                    splice of nothing: ok
                      bytes 0

                    spliced 4
                    spliced, blocking 22
                    end: closed
                    splice at the end: closed
                    trailers 1
                      taken 0
                      error 0
                      has 0
                    again 1
                      taken 1

                    """#
                #expect(try service.post("/splice", Self.letters).text == Self.letters + end)
                let large = String(repeating: Self.letters, count: 100_000)
                let spliced = end.replacing("blocking 22", with: "blocking \(large.utf8.count - 4)")
                // Not in one expectation: it would show all of it.
                let isSame = try service.post("/splice", large).text == large + spliced
                #expect(isSame)
            }
        }

        /// The engine's streams can't tell a body that broke off from one that has ended; its trailers do.
        @Test(arguments: Service.surfaces) func aBodyThatIsBrokenOffIsTold(_ guest: String) async throws {
            let service = try await Service.start(guest)
            var connection: HTTPConnection? = try service.connect()
            try connection?.send("POST /broken HTTP/1.1", "Host: a", "Content-Length: 100", "", body: "part")
            try await Task.sleep(for: .milliseconds(100))
            withExtendedLifetime(connection) {}
            connection = nil
            let end = guest == "surface.wasm" ? "end: closed\n" : "end: failed\nerror has a text 1\nhas a code 1\n"
            try await eventually("the end of the body") {
                service.running.command.stdoutSoFar == end + "trailers error 1\n  code 35\n"
            }
            #expect(try await service.end().status == 0)
        }
    }
}
