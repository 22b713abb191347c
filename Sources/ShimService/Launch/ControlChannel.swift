package import EngineProtocol

/// The runtime's end of a process's control channel.
package final class ControlChannel: Sendable {
    package let channel: MessageChannel

    package init(_ channel: consuming MessageChannel) {
        self.channel = channel
    }
}
