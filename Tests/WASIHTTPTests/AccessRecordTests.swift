import NIOHTTP1
import Testing

@testable import WASIHTTP

@Suite struct AccessRecordTests {
    @Test func textIsQuotedAsJSONHasIt() {
        #expect(AccessRecord.quoted("a\"b\\c\n\u{1f}é") == "\"a\\\"b\\\\c\\u000a\\u001fé\"")
    }

    @Test func aRecordIsALine() {
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/x", headers: ["host": "h"])
        let record = AccessRecord(
            client: "10.0.0.1", head: head, number: 3, status: 200, isWhole: true, requestBytes: 1, responseBytes: 2,
            seconds: 0.0015)
        let rest = """
            ,"client":"10.0.0.1","method":"GET","path":"/x","protocol":"HTTP/1.1","host":"h","request":3,"status":200,\
            "whole":true,"bytes_in":1,"bytes_out":2,"us":1500}

            """
        #expect(record.line.hasSuffix(rest), "\(record.line)")
        #expect(record.line.hasPrefix("{\"time\":\"20"))
        let none = AccessRecord(
            client: nil, head: nil, number: nil, status: nil, isWhole: false, requestBytes: 0, responseBytes: 0,
            seconds: 0)
        #expect(none.line.contains("\"status\":null,\"whole\":false"))
    }
}
