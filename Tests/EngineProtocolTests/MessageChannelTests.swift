import CLinux
import FoundationEssentials
import Glibc
import LinuxSystem
import Testing

@testable import EngineProtocol

/// Two ends of a channel; the second is raw, to send what no channel would.
private struct Ends: ~Copyable {
    let channel: MessageChannel
    let raw: Int32

    init() throws {
        let (one, other) = try MessageChannel.socketPair()
        channel = MessageChannel(owning: OwnedFileDescriptor(owning: one))
        raw = other
    }

    deinit { _ = close(raw) }

    /// Sends bytes as they are, with descriptors.
    func send(_ bytes: [UInt8], _ descriptors: [Int32] = []) throws {
        try #require(martlet_send_descriptors(raw, bytes, bytes.count, descriptors, descriptors.count) == bytes.count)
    }

    func endSending() { shutdown(raw, Int32(SHUT_WR)) }
}

/// A pipe whose writing end is passed about: its reading end is at its end when no copy is left open.
private final class Witness {
    let reading: Int32
    let writing: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        (reading, writing) = (ends[0], ends[1])
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
        // Not to be inherited by a process that another test starts.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    deinit {
        _ = close(reading)
    }

    /// Closes our own copy; whether it was the last.
    func isClosedElsewhere() -> Bool {
        _ = close(writing)
        var byte: UInt8 = 0
        return read(reading, &byte, 1) == 0
    }
}

private func framed(_ body: String, length: Int? = nil) -> [UInt8] {
    withUnsafeBytes(of: UInt32(length ?? body.utf8.count).bigEndian, Array.init) + Array(body.utf8)
}

@Suite struct MessageChannelTests {
    @Test func aPeerThatEndsWithoutHavingReadEverythingIsAnEnd() throws {
        let (one, other) = try MessageChannel.socketPair()
        let channel = MessageChannel(owning: OwnedFileDescriptor(owning: one))
        try channel.send(ContainerCommand.start)
        // The kernel says ECONNRESET then.
        _ = close(other)
        let received = try channel.receive(ContainerReport.self)
        #expect(received == nil)
    }

    @Test func aMessageArrivesWithItsDescriptorsInOrder() throws {
        let (one, other) = try MessageChannel.socketPair()
        let sender = MessageChannel(owning: OwnedFileDescriptor(owning: one))
        let receiver = MessageChannel(owning: OwnedFileDescriptor(owning: other))
        var pipes: [Int32] = [-1, -1]
        try #require(pipe(&pipes) == 0)
        defer { for each in pipes { close(each) } }

        try sender.send(ContainerCommand.start, descriptors: pipes)
        try sender.send(ContainerCommand.hooksRun)
        let first = try #require(try receiver.receive(ContainerCommand.self))
        guard case .start = first.message else {
            Issue.record("\(first.message)")
            return
        }
        try #require(first.descriptors.count == 2)
        #expect(first.descriptors.allSatisfy { fcntl($0, F_GETFD) & FD_CLOEXEC != 0 })
        var byte: UInt8 = 7
        #expect(write(first.descriptors[1], &byte, 1) == 1)
        byte = 0
        #expect(read(pipes[0], &byte, 1) == 1)
        #expect(byte == 7)
        for each in first.descriptors { close(each) }

        let second = try #require(try receiver.receive(ContainerCommand.self))
        #expect(second.descriptors.isEmpty)
    }

    @Test func aLargeMessageIsSentInPartsAndArrivesWhole() throws {
        let (one, other) = try MessageChannel.socketPair()
        let receiver = MessageChannel(owning: OwnedFileDescriptor(owning: other))
        let text = String(repeating: "a\u{22}ü", count: 500_000)
        let failure = ContainerFailure(.hook, step: "x", message: text)
        nonisolated(unsafe) let sending = Unmanaged.passRetained(Box(one, failure))  // One thread takes it over.
        var thread = pthread_t()
        try #require(
            pthread_create(
                &thread, nil,
                { argument in
                    guard let argument else { return nil }
                    let box = Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
                    try? MessageChannel(owning: OwnedFileDescriptor(owning: box.socket)).send(box.message)
                    return nil
                }, sending.toOpaque()) == 0)
        defer { pthread_join(thread, nil) }
        #expect(try receiver.receive(ContainerFailure.self)?.message == failure)
    }

    @Test func theEndBetweenMessagesIsNoError() throws {
        let ends = try Ends()
        ends.endSending()
        let received = try ends.channel.receive(ContainerCommand.self)
        #expect(received == nil)
    }

    @Test(arguments: [1, 3, 4, 5])
    func theEndWithinAMessageIsAnErrorAndClosesItsDescriptors(length: Int) throws {
        let ends = try Ends()
        let witness = try Witness()
        try ends.send(Array(framed(#"{"start":{}}"#).prefix(length)), [witness.writing])
        ends.endSending()
        #expect(throws: ChannelError.truncated) { _ = try ends.channel.receive(ContainerCommand.self) }
        #expect(witness.isClosedElsewhere())
    }

    @Test func anOversizedMessageIsRefusedBeforeItIsRead() throws {
        let ends = try Ends()
        let witness = try Witness()
        let length = MessageChannel.largestMessage + 1
        try ends.send(framed("", length: length), [witness.writing])
        #expect(throws: ChannelError.oversized(length)) { _ = try ends.channel.receive(ContainerCommand.self) }
        #expect(witness.isClosedElsewhere())
    }

    @Test(arguments: ["", "{", "[]", #"{"stop":{}}"#, #"{"start":{}} x"#, "\u{0}"])
    func aBodyThatIsNoSuchMessageBreaksTheProtocol(body: String) throws {
        let ends = try Ends()
        let witness = try Witness()
        try ends.send(framed(body), [witness.writing])
        let error = try #require(throws: ChannelError.self) { _ = try ends.channel.receive(ContainerCommand.self) }
        guard case .violation = error else {
            Issue.record("\(error)")
            return
        }
        #expect(witness.isClosedElsewhere())
    }

    @Test func moreDescriptorsThanAMessageMayHaveAreClosed() throws {
        let ends = try Ends()
        let witness = try Witness()
        // No more than so many come at once.
        let bytes = framed(#"{"start":{}}"#)
        let many = Array(repeating: witness.writing, count: MessageChannel.mostDescriptors)
        try ends.send(Array(bytes.prefix(2)), many)
        try ends.send(Array(bytes.dropFirst(2)), [witness.writing])
        let error = try #require(throws: ChannelError.self) { _ = try ends.channel.receive(ContainerCommand.self) }
        guard case .violation = error else {
            Issue.record("\(error)")
            return
        }
        #expect(witness.isClosedElsewhere())
    }

    @Test func aMessageThatComesInPiecesIsPutTogether() throws {
        let ends = try Ends()
        let bytes = framed(#"{"start":{}}"#)
        for byte in bytes.dropLast() { try ends.send([byte]) }
        try ends.send([bytes[bytes.count - 1]])
        let received = try ends.channel.receive(ContainerCommand.self)
        guard case .start? = received?.message else {
            Issue.record("\(String(describing: received))")
            return
        }
    }

    @Test func sendingToAPeerThatIsGoneIsAnErrorNotASignal() throws {
        let (one, other) = try MessageChannel.socketPair()
        close(other)
        let channel = MessageChannel(owning: OwnedFileDescriptor(owning: one))
        #expect(throws: SystemCallError.self) { try channel.send(ContainerCommand.start) }
    }

    @Test func aChannelClosesItsSocket() throws {
        let (one, other) = try MessageChannel.socketPair()
        defer { close(other) }
        do {
            let channel = MessageChannel(owning: OwnedFileDescriptor(owning: one))
            #expect(channel.raw == one)
        }
        var byte: UInt8 = 0
        #expect(read(other, &byte, 1) == 0)
    }
}

/// What the sending thread is given.
private final class Box {
    let socket: Int32
    let message: ContainerFailure

    init(_ socket: Int32, _ message: ContainerFailure) {
        self.socket = socket
        self.message = message
    }
}
