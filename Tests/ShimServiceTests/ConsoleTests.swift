import CLinux
import Glibc
import LinuxSystem
import Testing

@testable import ShimService

struct ConsoleTests {
    /// A pseudo-terminal, with a slave that sends bytes as they are.
    private struct Terminal: ~Copyable {
        let master: Int32
        let slave: OwnedFileDescriptor

        init() throws {
            let master = try openFile("/dev/ptmx", O_RDWR | O_NOCTTY)
            let slave = try openTerminalPeer(of: master.raw)
            var settings = termios()
            tcgetattr(slave.raw, &settings)
            cfmakeraw(&settings)
            tcsetattr(slave.raw, TCSANOW, &settings)
            self.slave = slave
            self.master = master.release()
        }
    }

    @Test func whatIsWrittenBeforeTheEndComesOutBeforeIt() throws {
        let terminal = try Terminal()
        var ends: [Int32] = [-1, -1]
        try systemCall("pipe") { martlet_pipe(&ends) }
        let reader = OwnedFileDescriptor(owning: ends[0])
        let copier = try ConsoleCopier(
            master: OwnedFileDescriptor(owning: terminal.master), stdin: nil, stdout: ends[1])
        let sent = String(repeating: "0123456789", count: 300)
        try writeText(sent, to: terminal.slave.raw, name: "slave")
        copier.drain()
        // The copier has closed its end: the text ends.
        #expect(String(decoding: try readToEnd(of: reader.raw, limit: 1 << 20, name: "pipe"), as: UTF8.self) == sent)
    }

    @Test func whatIsTypedReachesTheProgram() throws {
        let terminal = try Terminal()
        var ends: [Int32] = [-1, -1]
        try systemCall("pipe") { martlet_pipe(&ends) }
        let typing = OwnedFileDescriptor(owning: ends[1])
        let copier = try ConsoleCopier(
            master: OwnedFileDescriptor(owning: terminal.master), stdin: ends[0], stdout: nil)
        try writeText("typed", to: typing.raw, name: "pipe")
        var bytes = [UInt8](repeating: 0, count: 16)
        var got = ""
        while got.utf8.count < 5 {
            let count = try systemCall("read") { read(terminal.slave.raw, &bytes, bytes.count) }
            got += String(decoding: bytes.prefix(count), as: UTF8.self)
        }
        #expect(got == "typed")
        copier.drain()
    }

    @Test func aReaderThatStallsDoesNotHoldTheExitBackForEver() throws {
        let terminal = try Terminal()
        var ends: [Int32] = [-1, -1]
        try systemCall("pipe") { martlet_pipe(&ends) }
        let reader = OwnedFileDescriptor(owning: ends[0])
        let copier = try ConsoleCopier(
            master: OwnedFileDescriptor(owning: terminal.master), stdin: nil, stdout: ends[1])
        let flags = fcntl(terminal.slave.raw, F_GETFL)
        _ = fcntl(terminal.slave.raw, F_SETFL, flags | O_NONBLOCK)
        // More than the pipe and the copier hold.
        let block = [UInt8](repeating: 65, count: 4096)
        var entry = pollfd(fd: terminal.slave.raw, events: Int16(POLLOUT), revents: 0)
        while poll(&entry, 1, 100) > 0 { _ = write(terminal.slave.raw, block, block.count) }
        copier.drain()
        #expect(try readToEnd(of: reader.raw, limit: 1 << 20, name: "pipe").count > 4096)
    }

    @Test func theSizeIsSet() throws {
        let terminal = try Terminal()
        let copier = try ConsoleCopier(master: OwnedFileDescriptor(owning: terminal.master), stdin: nil, stdout: nil)
        try copier.resize(rows: 30, columns: 100)
        var size = winsize()
        _ = ioctl(terminal.slave.raw, UInt(TIOCGWINSZ), &size)
        #expect(size.ws_row == 30 && size.ws_col == 100)
        copier.drain()
    }

    @Test func aBufferGivesBackWhatItWasGivenInOrder() {
        var buffer = ConsoleBuffer(capacity: 4)
        var taken: [UInt8] = []
        for byte in UInt8(1)...9 {
            buffer.fill { space in
                guard !space.isEmpty else { return 0 }
                space[0] = byte
                return 1
            }
            if byte % 2 == 0 {
                buffer.drain { bytes in
                    taken.append(bytes[0])
                    return 1
                }
            }
            if !buffer.hasSpace { break }
        }
        buffer.drain { bytes in
            taken += bytes
            return bytes.count
        }
        #expect(taken == Array(1...UInt8(taken.count)))
        #expect(buffer.isEmpty)
    }
}
