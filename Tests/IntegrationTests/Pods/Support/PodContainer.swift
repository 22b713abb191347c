import CRIClient
import Foundation

/// A container of a pod.
struct PodContainer: Sendable {
    let id: String
    let name: String
    /// The file that containerd writes its streams to.
    let log: String
    let cri: CRIClient

    func start() async throws { try await cri.startContainer(id) }
    func stop(grace: Int = 10) async throws { try await cri.stopContainer(id, grace: grace) }
    func remove() async throws { try await cri.removeContainer(id) }

    /// Runs a command in it, as a probe does.
    ///
    /// - Parameter seconds: after which it is killed; 0 is never.
    @discardableResult
    func exec(_ command: String..., seconds: Int = 0) async throws -> (stdout: String, stderr: String, status: Int32) {
        try await cri.execSync(id, command, seconds: seconds)
    }

    var status: CRIContainerStatus { get async throws { try await cri.containerStatus(id).status } }

    /// Its first process, in this machine's pid namespace.
    var process: ProcessFacts { get async throws { try facts(try await cri.containerStatus(id).info) } }

    /// Waits for its end; what the runtime says of it then.
    @discardableResult
    func ended(within seconds: Double = 30) async throws -> CRIContainerStatus {
        try await eventually("the end of container \(name): \(text())", within: seconds) {
            try await status.state == .containerExited
        }
        return try await status
    }

    /// A line of the log: its time, stream, whether it is whole (F) or part of one (P), and its text.
    struct Line: Equatable {
        var time: String
        var stream: String
        var tag: String
        var text: String
    }

    /// The lines of the log, in the format of CRI: `TIME STREAM TAG TEXT`.
    func lines() -> [Line] {
        ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n").map { line in
            let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
            return Line(
                time: words[0], stream: words.count > 1 ? words[1] : "", tag: words.count > 2 ? words[2] : "",
                text: words.count > 3 ? words[3] : "")
        }
    }

    /// What it wrote to a stream until now.
    func text(_ stream: String = "stdout") -> String {
        lines().filter { $0.stream == stream }.map(\.text).joined(separator: "\n")
    }

    /// Waits until it has written this to a stream.
    func says(_ words: String, _ stream: String = "stdout") async throws {
        try await eventually("'\(words)' from container \(name)") {
            if text(stream).contains(words) { return true }
            let status = try await status
            if status.state == .containerExited, !text(stream).contains(words) {
                throw FixtureError(
                    description: "\(name) ended with \(status.exitCode): \(text()) \(text("stderr")) \(status.message)")
            }
            return false
        }
    }
}

/// Lets a test speak over a stream that is closed whatever comes of it.
func with(_ stream: CRIStream, _ body: (CRIStream) async throws -> Void) async throws {
    do {
        try await body(stream)
    } catch {
        await stream.close()
        throw error
    }
    await stream.close()
}
