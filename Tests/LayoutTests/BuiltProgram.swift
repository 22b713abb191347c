import Foundation
import Testing

/// A program of this package as it was built with the tests.
enum BuiltProgram: String {
    case shim = "containerd-shim-martlet-v1"
    case engine = "martlet-engine"
    case server = "martlet-server"
    case probe = "martlet-probe"
    case command = "martlet"

    /// Beside the tests' own executable.
    var path: String {
        get throws {
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let path = URL(filePath: own).deletingLastPathComponent().appending(path: rawValue).path()
            try #require(FileManager.default.isExecutableFile(atPath: path), "\(path) is not built")
            return path
        }
    }

    /// The library that programs of these tests are run with (ldd(1)).
    static var wasmtime: String {
        get throws {
            let (_, output) = try run("ldd", [try engine.path])
            let line = output.split(separator: "\n").first { $0.contains("libwasmtime.so => /") }
            return try #require(line?.split(separator: " ").dropFirst(2).first.map(String.init), "\(output)")
        }
    }

    /// The functions that libraries find in it.
    var exports: Set<String> {
        get throws {
            let (status, output) = try run("nm", ["--dynamic", "--defined-only", "--format=just-symbols", try path])
            try #require(status == 0, "\(output)")
            return Set(output.split(separator: "\n").map(String.init))
        }
    }

    /// The shared libraries that it names itself (elf(5), DT_NEEDED).
    var libraries: [String] {
        get throws {
            let (status, output) = try run("readelf", ["--dynamic", "--wide", try path])
            try #require(status == 0, "\(output)")
            return output.split(separator: "\n").compactMap { line in
                guard line.contains("(NEEDED)"), let start = line.firstIndex(of: "["), line.hasSuffix("]") else {
                    return nil
                }
                return String(line[line.index(after: start)...].dropLast())
            }
        }
    }
}

/// Runs a program of the PATH to its end; answers what it wrote to standard output and error.
func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let pipe = Pipe()
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}
