import NIOHTTP1
import Testing

@testable import WASIHTTP

struct RequestFieldsTests {
    @Test func fieldsAreFoundWhateverTheirCase() {
        let fields = RequestFields([
            "HOST": "a", "Content-LENGTH": "12", "content-length": "13", "Transfer-Encoding": "chunked",
            "Expect": "100-continue", "uPGRADE": "h2c", "x-host": "b", "hosT": "c",
        ])
        #expect(fields.hosts == 2)
        #expect(fields.host == "a")
        #expect(fields.length == 12)
        #expect(fields.hasTransferEncoding)
        #expect(fields.expectation == "100-continue")
        #expect(fields.hasUpgrade)
        #expect(!fields.hasControls)
    }

    @Test func whatIsNotThereIsNotFound() {
        let fields = RequestFields(["h\u{2f}st": "a", "accept": "b", "content-lengtH": "-x", "content-length": "3"])
        #expect(fields.hosts == 0)
        #expect(fields.host == nil)
        #expect(fields.length == nil)
        #expect(!fields.hasTransferEncoding)
        #expect(fields.expectation == nil)
        #expect(!fields.hasUpgrade)
    }

    @Test(arguments: ["a\rb", "a\nb", "a\u{0}b", "a\u{7f}"])
    func aControlCharacterIsSeen(value: String) {
        #expect(RequestFields(["x": value]).hasControls)
        #expect(!RequestFields(["x": "a\tb \u{e9}"]).hasControls)
    }
}
