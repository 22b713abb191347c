internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import Synchronization
internal import WASIHTTP

/// What guests print, on its way to the container's standard output and error: whole lines, whichever instances they
/// come from.
///
/// An instance prints into files of its own, which have no name any more: the engine makes streams over files and over
/// its two standard streams, of which one is the response's body. A thread copies what has come, as long as there are
/// such files and for a while after; what is left when an instance ends is copied then. Lowered guests write themselves,
/// see ``LineOutput``. If nobody takes the container's
/// output, those that copy wait, as any process does.
final class GuestLog: @unchecked Sendable {
    /// What one instance prints on one of its streams.
    final class Output {
        fileprivate let file: OwnedFileDescriptor
        fileprivate let target: Int32
        fileprivate var offset: off_t = 0
        fileprivate var released: off_t = 0
        /// A line's beginning.
        fileprivate var rest: [UInt8] = []

        fileprivate init(_ file: consuming OwnedFileDescriptor, target: Int32) {
            self.file = file
            self.target = target
        }
    }

    /// Microseconds between two looks.
    private static let interval: UInt32 = 20_000
    /// Looks at nothing before the thread ends.
    private static let patience = 250
    /// A longer line is cut, in bytes.
    private static let longestLine = 1 << 20
    /// Bytes of a file that are given back at once.
    private static let piece: off_t = 1 << 20
    /// Bytes of the server's own lines that may wait.
    private static let longestWait = 1 << 20
    /// Where a file can be made for a moment: file systems in memory first.
    private static let folders = ["/dev", "/dev/shm", "/tmp"]

    // Guarded by `lock`, which is held while somebody writes; the outputs are too.
    private let lock = Mutex(())
    private var outputs: [ObjectIdentifier: Output] = [:]
    private var printers: [ObjectIdentifier: LineOutput] = [:]
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)
    private var folder = 0
    /// Held for a moment only.
    private let waiting = Mutex(Waiting())

    private struct Waiting {
        /// Lines of the server's own, for standard output and error.
        var lines: [Int32: [UInt8]] = [:]
        var lost = 0
        var hasThread = false
    }

    /// Makes a file for an instance to print into.
    ///
    /// - Parameters:
    ///   - target: 1 or 2, the container's descriptor.
    ///   - open: opens the file that has this name now, from `/` on, in the instance; nil if it can't.
    /// - Returns: nil if no file can be made.
    func output<Opened, Failure: Error>(
        to target: Int32, open: (String) throws(Failure) -> Opened?
    ) throws(Failure) -> (output: Output, opened: Opened)? {
        guard let (path, file) = makeFile() else { return nil }
        defer { _ = unlink(path) }
        let output = Output(OwnedFileDescriptor(owning: file), target: target)
        guard let opened = try open(String(path.dropFirst())) else { return nil }
        lock.withLock { _ in
            outputs[ObjectIdentifier(output)] = output
        }
        waiting.withLock { haveThread(&$0) }
        return (output, opened)
    }

    /// A line of the server's own on standard output, or on standard error, soon. Does not block: if nobody takes the
    /// container's output, what is too much is counted only.
    func say(_ line: String, on target: Int32 = 1) {
        waiting.withLock { waiting in
            let count = waiting.lines[target]?.count ?? 0
            if count + line.utf8.count <= Self.longestWait {
                waiting.lines[target, default: []] += line.utf8
                haveThread(&waiting)
            } else {
                waiting.lost += 1
            }
        }
    }

    /// Writes the whole lines that there are now of what an instance prints by itself.
    func print(_ bytes: UnsafeRawBufferPointer, on output: LineOutput) {
        lock.withLock { _ in
            printers[ObjectIdentifier(output)] = output
            if let (lines, target) = output.add(bytes) { Self.write(lines, to: target) }
        }
    }

    /// The rest; the instance prints no more.
    func end(_ output: LineOutput) {
        lock.withLock { _ in endWithLock(output) }
    }

    private func endWithLock(_ output: LineOutput) {
        printers[ObjectIdentifier(output)] = nil
        if let (lines, target) = output.takeRest() { Self.write(lines, to: target) }
    }

    private func haveThread(_ waiting: inout Waiting) {
        if !waiting.hasThread { waiting.hasThread = startThread { self.copy() } }
    }

    private func makeFile() -> (path: String, descriptor: Int32)? {
        let first = lock.withLock { _ in folder }
        for index in first..<Self.folders.count {
            // Other containers of the pod may make theirs in the same place.
            let path = "\(Self.folders[index])/.martlet-\(UInt64.random(in: .min ... .max))"
            let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            if file >= 0 { return (path, file) }
            if errno == EMFILE || errno == ENFILE { return nil }
            lock.withLock { _ in folder = max(folder, index + 1) }
        }
        return nil
    }

    /// Copies the rest; the instance prints no more.
    func end(_ output: Output) {
        lock.withLock { _ in endWithLock(output) }
    }

    private func endWithLock(_ output: Output) {
        guard outputs.removeValue(forKey: ObjectIdentifier(output)) != nil else { return }
        move(output)
        guard !output.rest.isEmpty else { return }
        output.rest.append(UInt8(ascii: "\n"))
        put(output)
    }

    /// Copies what there is of all instances and of the server, before the process ends.
    func finish() {
        lock.withLock { _ in
            for output in Array(outputs.values) { endWithLock(output) }
            for output in Array(printers.values) { endWithLock(output) }
            sayWaiting()
        }
    }

    private func copy() {
        var idle = 0
        while true {
            usleep(Self.interval)
            let goesOn = lock.withLock { _ in
                for output in outputs.values { move(output) }
                sayWaiting()
                idle = outputs.isEmpty ? idle + 1 : 0
                return waiting.withLock { waiting in
                    waiting.hasThread = idle < Self.patience || !waiting.lines.isEmpty
                    return waiting.hasThread
                }
            }
            if !goesOn { return }
        }
    }

    /// With the lock held.
    private func sayWaiting() {
        let (lines, lost) = waiting.withLock { waiting in
            defer { (waiting.lines, waiting.lost) = ([:], 0) }
            return (waiting.lines, waiting.lost)
        }
        for (target, lines) in lines { Self.write(lines, to: target) }
        if lost > 0 { Self.write(Array("martlet: \(lost) lines of the server's log were lost\n".utf8), to: 2) }
    }

    /// Copies the lines that are whole. With the lock held.
    private func move(_ output: Output) {
        while true {
            let count = buffer.withUnsafeMutableBytes { bytes in
                pread(output.file.raw, bytes.baseAddress, bytes.count, output.offset)
            }
            guard count > 0 else { break }
            output.offset += off_t(count)
            let new = buffer[..<count]
            if let end = new.lastIndex(of: UInt8(ascii: "\n")) {
                output.rest += new[...end]
                put(output)
                output.rest = Array(new[(end + 1)...])
            } else {
                output.rest += new
                if output.rest.count >= Self.longestLine {
                    output.rest.append(UInt8(ascii: "\n"))
                    put(output)
                }
            }
        }
        guard output.offset - output.released >= Self.piece else { return }
        let length = output.offset - output.released
        _ = martlet_punch_hole(output.file.raw, output.released, length)
        output.released = output.offset
    }

    /// Writes the rest, which is empty then. With the lock held.
    private func put(_ output: Output) {
        Self.write(output.rest, to: output.target)
        output.rest.removeAll(keepingCapacity: true)
    }

    /// What can't be written is lost.
    private static func write(_ bytes: [UInt8], to target: Int32) {
        try? bytes.withUnsafeBytes { bytes in try writeAll(bytes, to: target, name: "standard output") }
    }
}
