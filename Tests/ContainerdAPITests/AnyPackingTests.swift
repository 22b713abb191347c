import ContainerdAPI
import SwiftProtobuf
import Testing

struct AnyPackingTests {
    /// containerd 1.6 compares the whole URL with the name of the type.
    @Test(arguments: [
        (TaskExit.self as any SwiftProtobuf.Message.Type, "containerd.events.TaskExit"),
        (CgroupV1Metrics.self, "io.containerd.cgroups.v1.Metrics"),
        (CgroupV2Metrics.self, "io.containerd.cgroups.v2.Metrics"),
        (RuncProcessDetails.self, "containerd.runc.v1.ProcessDetails"),
        (RuncOptions.self, "containerd.runc.v1.Options"),
        (RuntimeOptions.self, "runtimeoptions.v1.Options"),
    ])
    func aTypeURLIsTheBareName(type: any SwiftProtobuf.Message.Type, url: String) throws {
        #expect(try Google_Protobuf_Any(packing: type.init()).typeURL == url)
    }

    @Test(arguments: ["", "type.googleapis.com/", "/", "example.org/a/b/"])
    func aMessageIsReadWhateverStandsBeforeItsName(prefix: String) throws {
        let details = RuncProcessDetails.with { $0.execID = "e" }
        var any = try Google_Protobuf_Any(packing: details)
        any.typeURL = prefix + any.typeURL
        #expect(any.holds(RuncProcessDetails.self))
        #expect(try any.unpacked(as: RuncProcessDetails.self) == details)
    }

    @Test func anotherTypeIsNotRead() throws {
        let any = try Google_Protobuf_Any(packing: RuncOptions())
        #expect(try any.unpacked(as: RuntimeOptions.self) == nil)
        #expect(try any.unpacked(as: RuncCheckpointOptions.self) == nil)
        #expect(try Google_Protobuf_Any().unpacked(as: RuntimeOptions.self) == nil)
    }

    @Test func malformedContentIsRefusedByTypeName() {
        let any = Google_Protobuf_Any.with {
            $0.typeURL = "runtimeoptions.v1.Options"
            $0.value.append(contentsOf: [0x0A, 0xFF])
        }
        let error = #expect(throws: PayloadError.self) { try any.unpacked(as: RuntimeOptions.self) }
        #expect(error?.code == .malformed)
        #expect(error?.part == .any)
        #expect(error?.description.hasPrefix("the content of the Any is not a valid runtimeoptions.v1.Options") == true)
    }

    @Test func jsonHasTheNamesThatContainerdRegisters() {
        let any = Google_Protobuf_Any(json: "{}".utf8, as: .process)
        #expect(any.typeURL == "types.containerd.io/opencontainers/runtime-spec/1/Process")
        #expect(Array(any.value) == Array("{}".utf8))
        #expect(any.jsonType == .process)
        #expect(
            Google_Protobuf_Any(json: [], as: .features).typeURL
                == "types.containerd.io/opencontainers/runtime-spec/1/features/Features")
    }

    @Test func aMessageIsNoJSON() throws {
        #expect(try Google_Protobuf_Any(packing: RuntimeOptions()).jsonType == nil)
    }
}
