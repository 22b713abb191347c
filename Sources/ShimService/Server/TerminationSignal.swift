internal import LinuxSystem
internal import NIOCore
internal import NIOPosix

/// SIGTERM and SIGINT end the shim as they end runc's: it answers what it is asked just now, sends its events and
/// removes its socket. Its containers run on, for nobody told it to kill them; containerd, which sees the connection
/// end, calls `delete` for each.
enum TerminationSignal {
    /// Calls `body` on the event loop when one comes, once.
    ///
    /// - Parameter descriptor: of `Signals.terminationDescriptor()`; kept until the loop ends.
    static func watch(
        _ descriptor: consuming OwnedFileDescriptor, on eventLoop: any EventLoop, _ body: @escaping @Sendable () -> Void
    ) async throws {
        let raw = descriptor.release()
        do {
            _ = try await NIOPipeBootstrap(group: eventLoop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(FirstRead(body))
                    }
                }
                .takingOwnershipOfDescriptor(input: raw).get()
        } catch {
            // Still ours when it throws.
            _ = OwnedFileDescriptor(owning: raw)
            throw error
        }
    }

    private final class FirstRead: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private var body: (() -> Void)?

        init(_ body: @escaping () -> Void) {
            self.body = body
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            body.take()?()
        }
    }
}
