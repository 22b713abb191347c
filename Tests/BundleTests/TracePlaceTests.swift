import OCISpec
import Testing

@testable import Bundle

@Suite struct TracePlaceTests {
    @Test func whatIsNotAnnotatedIsNotTraced() throws {
        for annotations in [nil, [:], ["martlet.dev/trace.app": "stderr"]] as [[String: String]?] {
            #expect(try TracePlace(annotations) == nil)
            #expect(!TracePlace.isAsked(annotations))
        }
    }

    @Test func thePlaceIsStandardErrorOrAFileOfTheContainer() throws {
        #expect(try TracePlace(["martlet.dev/trace": "stderr"]) == .standardError)
        #expect(try TracePlace(["martlet.dev/trace": ""]) == .standardError)
        #expect(try TracePlace(["martlet.dev/trace": "/tmp/calls"]) == .file("/tmp/calls"))
        #expect(TracePlace.isAsked(["martlet.dev/trace": "loud"]))
    }

    @Test func theAnnotationOfOneContainerGoesFirst() throws {
        let annotations = [
            "martlet.dev/trace": "stderr", "martlet.dev/trace.app": "/calls", "io.kubernetes.cri.container-name": "app",
        ]
        #expect(try TracePlace(annotations) == .file("/calls"))
    }

    @Test(arguments: ["loud", "calls", "/", "/tmp/", "stdout"])
    func anythingElseIsRefusedByItsName(text: String) throws {
        let error = try #require(throws: SpecError.self) { try TracePlace(["martlet.dev/trace": text]) }
        #expect(error.code == .invalid && error.field.contains("martlet.dev/trace"), "\(error)")
        #expect(error.message.contains("\"\(text)\"") && error.message.contains("expected stderr"), "\(error)")
    }
}
