internal import Glibc
internal import LinuxSystem
internal import OCIRuntime
internal import SystemPackage

/// A log's file, read on as it grows, and in the file that takes its place.
final class LogFile {
    let path: String
    private var file: HeldDescriptor
    /// What has taken its place, while the writer may not have come to it yet.
    private var next: HeldDescriptor?
    /// The beginning of a line whose end has not come yet.
    private var rest: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 256 << 10)

    /// - Throws: `RuntimeError` when it can't be read.
    init(_ path: String) throws(RuntimeError) {
        self.path = path
        file = try Self.open(path)
    }

    private static func open(_ path: String) throws(RuntimeError) -> HeldDescriptor {
        do {
            return HeldDescriptor(try openFile(path, O_RDONLY | O_NOCTTY))
        } catch {
            switch error.errno {
            case .noSuchFileOrDirectory, .notDirectory:
                throw RuntimeError(
                    .notFound, "there is no \(path), where the log is to be",
                    remedy: "it is made when the container starts, and may have been removed since")
            case .permissionDenied, .notPermitted:
                throw RuntimeError(.unavailable, "the log \(path) may not be read", remedy: "be root", cause: error)
            default: throw RuntimeError(.unavailable, "the log \(path) can't be read", cause: error)
            }
        }
    }

    /// Reads what there is by now.
    ///
    /// - Parameters:
    ///   - partial: whether what has no end yet is given, too; what follows it comes as a line of its own then.
    ///   - take: is given each line without its end, and whether it has one.
    func read(partial: Bool, _ take: (_ line: ArraySlice<UInt8>, _ isWhole: Bool) throws -> Void) throws {
        while true {
            let count = try systemCall("read", path) {
                Glibc.read(file.descriptor.raw, &buffer, buffer.count)
            }
            guard count > 0 else { break }
            var start = 0
            while let end = buffer[start..<count].firstIndex(of: UInt8(ascii: "\n")) {
                if rest.isEmpty {
                    try take(buffer[start..<end], true)
                } else {
                    rest += buffer[start..<end]
                    try take(rest[...], true)
                    rest.removeAll(keepingCapacity: true)
                }
                start = end + 1
            }
            rest += buffer[start..<count]
        }
        if partial, !rest.isEmpty {
            try take(rest[...], false)
            rest.removeAll(keepingCapacity: true)
        }
    }

    /// Looks whether another file has the name by now, or this one was emptied, and goes on there: at the second look,
    /// as whoever writes may write to the one before once more. To be asked when there is nothing more in this one,
    /// with a pause between.
    ///
    /// - Returns: whether there is something else to be read.
    func goOnIfReplaced() throws -> Bool {
        if let next {
            (file, self.next) = (next, nil)
            return true
        }
        let descriptor = file.descriptor.raw
        var (now, other) = (stat(), stat())
        try systemCall("fstat", path) { fstat(descriptor, &now) }
        if now.st_size < lseek(descriptor, 0, SEEK_CUR) {
            lseek(descriptor, 0, SEEK_SET)
            return true
        }
        if stat(path, &other) == 0, other.st_ino != now.st_ino || other.st_dev != now.st_dev {
            next = try? Self.open(path)
        }
        return false
    }
}
