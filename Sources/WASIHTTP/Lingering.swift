internal import Glibc
internal import NIOCore

/// The end of a connection whose client may still be sending. If that met a closed socket, the kernel would throw away
/// what of the response is still on its way to the client. So it is told that there is no more, and what it sends is
/// read on, until it closes the connection or has had everything.
enum Lingering {
    /// Between two looks.
    private static let moment = TimeAmount.milliseconds(50)
    /// How long a client that has had everything, by its kernel's word, may take to see that.
    private static let patience = TimeAmount.milliseconds(200)
    /// How long a client that takes nothing more is waited for.
    private static let most = TimeAmount.seconds(10)

    /// Ends it, on its event loop.
    static func end(_ channel: any Channel) {
        channel.close(mode: .output, promise: nil)
        let began = NIODeadline.now()
        channel.eventLoop.scheduleRepeatedTask(initialDelay: patience, delay: moment) { task in
            guard channel.isActive else { return task.cancel() }
            let isOver = NIODeadline.now() - began > most
            guard isOver || bytesOnTheirWay(channel) == 0 else { return }
            task.cancel()
            channel.close(promise: nil)
        }
    }

    /// What the client's kernel has not taken yet; nothing if that can't be told.
    private static func bytesOnTheirWay(_ channel: any Channel) -> Int {
        let count = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { socket in
            var count: Int32 = 0
            return ioctl(socket, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : 0
        }
        return count ?? 0
    }
}
