internal import EngineProtocol

/// The shim's end of a container's control channel.
final class ControlChannel: Sendable {
    let channel: MessageChannel

    init(_ channel: consuming MessageChannel) {
        self.channel = channel
    }
}
