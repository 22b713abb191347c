internal import EngineProtocol
internal import Glibc

/// Descriptors from 3 on that whoever started this command means for the container's process: those of socket
/// activation (sd_listen_fds(3)), and then as many as `--preserve-fds` says, as runc has it.
package struct InheritedDescriptors: Sendable {
    /// How many are the sockets of an activation.
    private let listening: Int32
    /// How many were asked for beside them.
    let preserved: Int32

    package static let none = InheritedDescriptors(listening: 0, preserved: 0)
    /// With room for what else goes with a request.
    private static let most = MessageChannel.mostDescriptors - 13

    private init(listening: Int32, preserved: Int32) {
        self.listening = listening
        self.preserved = preserved
    }

    /// To be called before this process opens anything: what is there now was given to it.
    ///
    /// - Throws: `RuntimeError` when one of those that were asked for is not open.
    package init(preserving count: Int) throws(RuntimeError) {
        var listening: Int32 = 0
        if Self.number("LISTEN_PID") == getpid() { listening = max(0, Self.number("LISTEN_FDS") ?? 0) }
        guard (0...Self.most - Int(min(listening, Int32(Self.most)))).contains(count) else {
            throw RuntimeError(
                .invalidArgument, "--preserve-fds \(count): expected 0 to \(Self.most), with the sockets of LISTEN_FDS")
        }
        self.init(listening: listening, preserved: Int32(count))
        for descriptor in numbers where fcntl(descriptor, F_GETFD) < 0 {
            let isPreserved = descriptor >= 3 + listening
            throw RuntimeError(
                .invalidArgument,
                (isPreserved ? "--preserve-fds \(count)" : "LISTEN_FDS=\(listening)")
                    + ": the descriptor \(descriptor) is not open",
                remedy: "descriptors \(numbers.lowerBound) to \(numbers.upperBound - 1) have to be")
        }
    }

    private static func number(_ variable: String) -> Int32? {
        getenv(variable).flatMap { Int32(String(cString: $0)) }
    }

    /// In this process and in the container's.
    var numbers: Range<Int32> { 3..<(3 + listening + preserved) }

    /// What tells the container's process of the sockets; its pid namespace is most often its own.
    var environment: [String] { listening > 0 ? ["LISTEN_FDS=\(listening)", "LISTEN_PID=1"] : [] }

    /// Once the container's process has them: what ends by the last close of one is not to wait for this process.
    func close() { for number in numbers { _ = Glibc.close(number) } }
}
