import Foundation
import SwiftProtobuf

/// Debian's protobuf compiler, the independent implementation that these tests hold ours against.
enum Protoc {
    static let path = "/usr/bin/protoc"

    struct Failure: Error {
        let arguments: [String]
        let message: String
    }

    /// Runs protoc with `input` as its stdin and returns its stdout.
    static func run(_ arguments: [String], input: Data = Data()) throws -> Data {
        try withTemporaryFolder { folder in
            // Stdin is a file and no pipe: a protoc that ends early would end us with SIGPIPE.
            let stdin = folder.appending(path: "stdin")
            let stderr = folder.appending(path: "stderr")
            try input.write(to: stdin)
            try Data().write(to: stderr)
            let stdout = Pipe()
            let process = Process()
            process.executableURL = URL(filePath: path)
            process.arguments = arguments
            process.standardInput = try FileHandle(forReadingFrom: stdin)
            process.standardOutput = stdout
            process.standardError = try FileHandle(forWritingTo: stderr)
            try process.run()
            let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                throw Failure(arguments: arguments, message: try String(contentsOf: stderr, encoding: .utf8))
            }
            return output
        }
    }

    /// The descriptors of `file` and of all it imports.
    static func describe(_ file: String, roots: [String]) throws -> ProtoFile {
        try withTemporaryFolder { folder in
            let output = folder.appending(path: "set")
            _ = try run(
                roots.map { "--proto_path=\($0)" }
                    + ["--include_imports", "--descriptor_set_out=\(output.path())", file])
            let bytes = try Data(contentsOf: output)
            return ProtoFile(
                name: file, encodedSet: bytes,
                set: try Google_Protobuf_FileDescriptorSet(serializedBytes: bytes))
        }
    }

    static func withTemporaryFolder<T>(_ body: (URL) throws -> T) throws -> T {
        let folder = URL.temporaryDirectory.appending(path: "martlet-protoc-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }
}

/// A `.proto` file as protoc understood it.
struct ProtoFile: Sendable {
    let name: String
    /// A FileDescriptorSet of this file and its imports, as protoc takes it back.
    let encodedSet: Data
    let set: Google_Protobuf_FileDescriptorSet

    /// The bytes that protoc makes of a message in text format.
    func encode(_ message: String, text: String) throws -> Data {
        try transcode(["--encode=\(message)"], Data(text.utf8))
    }

    /// The text format that protoc makes of the bytes of a message: fields by number, maps sorted; a field that
    /// it does not know appears as a bare number.
    func decode(_ message: String, bytes: Data) throws -> String {
        String(decoding: try transcode(["--decode=\(message)"], bytes), as: UTF8.self)
    }

    private func transcode(_ arguments: [String], _ input: Data) throws -> Data {
        try Protoc.withTemporaryFolder { folder in
            let file = folder.appending(path: "set")
            try encodedSet.write(to: file)
            return try Protoc.run(["--descriptor_set_in=\(file.path())"] + arguments, input: input)
        }
    }
}
