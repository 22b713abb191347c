internal import CLinux
internal import LinuxSystem

/// The Unix socket by which whoever attends to a container gets the master of its terminal: `--console-socket` of runc,
/// which sends it in one message, with the terminal's name as the text.
enum ConsoleSocket {
    /// - Parameter master: borrowed.
    static func send(_ master: Int32, to path: String) throws {
        do {
            let socket = try UnixSocket.connected(to: path)
            let name = Array("/dev/ptmx".utf8)
            _ = try name.withUnsafeBytes { bytes in
                try systemCall("sendmsg", path) {
                    martlet_send_descriptors(socket.raw, bytes.baseAddress, bytes.count, [master], 1)
                }
            }
        } catch {
            throw RuntimeError(
                .unavailable, "the terminal can't be handed over at the console socket",
                remedy: "somebody has to listen at \(path)", cause: error)
        }
    }
}
