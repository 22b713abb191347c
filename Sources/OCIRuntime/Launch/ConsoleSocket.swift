internal import CLinux
internal import Glibc
internal import LinuxSystem

/// The Unix socket by which whoever attends to a container gets the master of its terminal: `--console-socket` of runc,
/// which sends it in one message, with the terminal's name as the text.
enum ConsoleSocket {
    /// - Parameter master: borrowed.
    static func send(_ master: Int32, to path: String) throws {
        do {
            let socket = try connected(to: path)
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

    private static func connected(to path: String) throws -> OwnedFileDescriptor {
        // Paths of sockets are short: one that is longer is reached by its folder's descriptor.
        let (folder, name) = splitLast(path)
        guard let name else { throw RuntimeError(.invalidArgument, "found \"\(path)\"; expected a socket's path") }
        let place = path.hasPrefix("/") ? folder : "." + folder
        let opened = try openFile(place, OpenFlag.path | O_DIRECTORY)
        let short = Array("\(pathOf(descriptor: opened.raw))/\(name)".utf8)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard short.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw RuntimeError(.invalidArgument, "the name of the socket \(path) is too long")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: short) }
        let socket = OwnedFileDescriptor(
            owning: try systemCall("socket") {
                Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            })
        let target = address
        try systemCall("connect", path) {
            withUnsafePointer(to: target) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(socket.raw, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        }
        return socket
    }
}
