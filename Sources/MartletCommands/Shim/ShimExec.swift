internal import Bundle
internal import ContainerdAPI
internal import Glibc
internal import LinuxSystem
internal import OCIRuntime
internal import OCISpec
internal import SwiftProtobuf

/// A process in a container of a running shim, as containerd would have it made.
struct ShimExec: Sendable {
    let id: String
    /// The container's bundle, whose configuration says what the process is like.
    let bundle: String
    let arguments: [String]

    /// Runs it to its end; what it printed follows then.
    ///
    /// - Returns: its exit status.
    func run(_ address: String) throws -> UInt32 {
        let scratch = try ScratchFolder()
        let files = (out: "\(scratch.path)/stdout", error: "\(scratch.path)/stderr")
        for path in [files.out, files.error] {
            _ = try openFile(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        }
        var process = try Bundle(path: bundle).loadConfig().spec.process ?? Process(args: [])
        process.args = arguments
        process.terminal = false
        let json = try encodeJSON(process)
        let (id, execID) = (id, "martlet-\(getpid())")
        let status = try ShimSession.run(address) { shim in
            var request = TaskExecProcessRequest()
            request.id = id
            request.execID = execID
            request.stdout = "file://\(files.out)"
            request.stderr = "file://\(files.error)"
            request.spec = Google_Protobuf_Any(json: json, as: .process)
            _ = try await shim.task(TaskMethod.exec, request)
            do {
                _ = try await shim.task(
                    TaskMethod.start,
                    TaskStartRequest.with {
                        $0.id = id; $0.execID = execID
                    })
                let wait = TaskWaitRequest.with {
                    $0.id = id; $0.execID = execID
                }
                let end = try await shim.task(TaskMethod.wait, wait, timeout: nil)
                _ = try await shim.task(
                    TaskMethod.delete,
                    TaskDeleteRequest.with {
                        $0.id = id; $0.execID = execID
                    })
                return end.exitStatus
            } catch {
                _ = try? await shim.task(
                    TaskMethod.delete,
                    TaskDeleteRequest.with {
                        $0.id = id; $0.execID = execID
                    })
                throw error
            }
        }
        for (path, descriptor) in [(files.out, Int32(1)), (files.error, 2)] {
            let file = try openFile(path, O_RDONLY)
            let text = try readToEnd(of: file.raw, limit: 64 << 20, name: path)
            try text.withUnsafeBytes { text in try writeAll(text, to: descriptor, name: path) }
        }
        return status
    }
}
