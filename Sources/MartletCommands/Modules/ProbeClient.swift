internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import OCIRuntime
internal import OCISpec
internal import ProbeProtocol
internal import ShimService

/// Asks martlet-probe, which is installed beside the engine, of modules: one process for each question.
struct ProbeClient {
    static let name = "martlet-probe"

    /// Of its executable.
    let path: String
    let settings: EngineSettings

    init() throws {
        let engine = try EngineLocation.find(besideShim: try EngineLocation.ownExecutable())
        path = "\(splitLast(engine).parent)/\(Self.name)"
        settings = try ConfigurationReader.read().engine
        guard access(path, X_OK) == 0 else {
            throw RuntimeError(
                .unavailable, "there is no \(path)", remedy: "install the tree as a whole: hack/install --prefix DIR")
        }
    }

    /// - Parameters:
    ///   - module: open for reading, at its start; borrowed.
    ///   - wait: called ten times a second while there is no answer.
    func report(_ request: ProbeRequest, module: Int32, wait: () -> Void = {}) throws -> ProbeReport {
        let (status, answer) = try ask(request, module: module, wait: wait)
        guard status == 0 else {
            throw RuntimeError(.unavailable, "\(Self.name) ended with status \(status)")
        }
        return try decodeJSON(ProbeReport.self, from: answer, file: nil)
    }

    /// The binary format of a text.
    func assemble(_ text: Int32, name: String) throws -> Result<[UInt8], RuntimeError> {
        let (status, answer) = try ask(ProbeRequest(.assemble, settings: settings, name: name), module: text) {}
        guard status == 0 else {
            return .failure(RuntimeError(.malformed, String(decoding: answer, as: UTF8.self)))
        }
        return .success(answer)
    }

    private func ask(
        _ request: ProbeRequest, module: Int32, wait: () -> Void
    ) throws -> (status: Int32, answer: [UInt8]) {
        let (reading, writing) = try makePipe()
        let input = OwnedFileDescriptor(owning: reading)
        let output = OwnedFileDescriptor(owning: writing)
        let text = String(decoding: try encodeJSON(request), as: UTF8.self)
        let child = ChildProcess(
            path: path, arguments: [Self.name, text], environment: ["SWIFT_BACKTRACE=enable=no"],
            descriptors: [(module, 0), (output.raw, 1), (2, 2)])
        let pid = try child.spawn()
        // Else the end of the answer would never come.
        _ = close(output.release())
        var isReaped = false
        defer {
            if !isReaped {
                kill(pid, SIGKILL)
                _ = try? Reaper.wait(for: pid)
            }
        }
        var polled = pollfd(fd: input.raw, events: Int16(POLLIN), revents: 0)
        while try systemCall("poll", nil, { poll(&polled, 1, 100) }) == 0 { wait() }
        let answer = try readToEnd(of: input.raw, limit: 128 << 20, name: Self.name)
        let end = try Reaper.wait(for: pid)
        isReaped = true
        return (end.status, answer)
    }
}
