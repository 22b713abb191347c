import ContainerdAPI
import Foundation
import SwiftProtobuf
import Testing

/// The generated Swift and protoc understand each other's bytes, with every field of every message set.
@Suite(.needsPublishedProtos) struct RoundTripTests {
    @Test(arguments: allMessages.map { $0.protoMessageName })
    func aMessageIsTheSameToProtocWithContainerdsProtos(name: String) throws {
        // Version 3 of the task service came later, with the bytes of version 2.
        let published = name.replacing("containerd.task.v3.", with: "containerd.task.v2.")
        guard let file = Shapes(Protos.debian).files[published] else {
            // Not in containerd 1.6: compared below, with our own file, whose fields PublishedShapeTests lists.
            #expect(PublishedShapeTests.later[name] != nil)
            return
        }
        try exchange(name, with: file, as: published)
    }

    @Test(arguments: allMessages.map { $0.protoMessageName })
    func aMessageIsTheSameToProtocWithOurProtos(name: String) throws {
        try exchange(name, with: try #require(Shapes(Protos.ours).files[name]), as: name)
    }

    /// protoc encodes and we decode; we encode and protoc decodes, which knows the message as `published`.
    private func exchange(_ name: String, with file: ProtoFile, as published: String) throws {
        let type = try #require(allMessages.first { $0.protoMessageName == name })
        for seed: UInt64 in 1...2 {
            var sample = Sample(of: file, seed: seed)
            let text = try sample.text(of: published)
            let theirs = try file.encode(published, text: text)
            let ours = try roundTrip(type, theirs, isEqualToText: text)
            #expect(try file.decode(published, bytes: ours) == file.decode(published, bytes: theirs))
        }
    }

    /// Decodes `bytes` and encodes the message anew.
    private func roundTrip<M: SwiftProtobuf.Message>(
        _ type: M.Type, _ bytes: Data, isEqualToText text: String
    ) throws -> Data {
        let message = try M(serializedBytes: bytes)
        // A field that we do not know would be among the unknown ones, which count for equality; a name that
        // we do not know is an error of the text's parser.
        #expect(try message.isEqualTo(message: M(textFormatString: text)))
        return try message.serializedData()
    }
}
