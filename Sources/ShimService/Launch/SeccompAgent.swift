internal import CLinux
internal import LinuxSystem
package import OCISpec

/// Hands a seccomp listener to the agent at `linux.seccomp.listenerPath` (config-linux.md, "The Container Process
/// State").
package enum SeccompAgent {
    /// What the agent is told, in one message with the descriptor.
    private struct ContainerProcessState: Encodable {
        var ociVersion: String
        var fds = ["seccompFd"]
        var pid: Int32
        var metadata: String
        var state: ContainerState
    }

    /// - Parameter listener: borrowed.
    package static func send(listener: Int32, to profile: SeccompProfile, state: ContainerState, pid: Int32) throws {
        guard let path = profile.listenerPath, !path.isEmpty else {
            throw SpecError(
                .missing, field: "linux.seccomp.listenerPath", "a filter notifies, and nobody is named to listen")
        }
        let message = ContainerProcessState(
            ociVersion: state.ociVersion, pid: pid, metadata: profile.listenerMetadata ?? "", state: state)
        let bytes = try encodeJSON(message)
        do {
            let socket = try UnixSocket.connected(to: path)
            var sent = 0
            while sent < bytes.count {
                let descriptors = sent == 0 ? [listener] : []
                sent += try bytes.withUnsafeBytes { bytes in
                    try systemCall("sendmsg", path) {
                        martlet_send_descriptors(
                            socket.raw, bytes.baseAddress! + sent, bytes.count - sent, descriptors, descriptors.count)
                    }
                }
            }
        } catch {
            throw TaskError(
                .failedPrecondition, "linux.seccomp.listenerPath: the agent at \(path) can't be told", cause: error)
        }
    }
}
