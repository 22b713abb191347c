internal import Glibc
internal import LinuxSystem
internal import SystemPackage

extension Bundle {
    /// Writes a small file whole: a reader sees the old text or the new one, also when the writer is killed.
    package func write(_ text: String, to file: File, mode: UInt32 = 0o644) throws(BundleError) {
        let path = path(of: file)
        do {
            try writeFile(Array(text.utf8), to: path, mode: mode)
        } catch {
            throw BundleError(error, path: path)
        }
    }

    /// Reads a small text file; nil when it is not there.
    package func read(_ file: File) throws(BundleError) -> String? {
        let path = path(of: file)
        do {
            let open = try openFile(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
            return String(decoding: try readToEnd(of: open.raw, limit: 64 << 10, name: path), as: UTF8.self)
        } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            throw BundleError(error, path: path)
        }
    }

    /// Removes a file; nothing happens when it is not there.
    package func remove(_ file: File) throws(BundleError) {
        let path = path(of: file)
        do {
            try systemCall("unlink", path) { unlink(path) }
        } catch {
            if error.errno != .noSuchFileOrDirectory { throw BundleError(error, path: path) }
        }
    }

    /// The pid in `init.pid` or `shim.pid`; nil when the file is not there.
    package func readPid(_ file: File) throws(BundleError) -> Int32? {
        guard let text = try read(file) else { return nil }
        guard let pid = Int32(text), pid > 0 else {
            throw BundleError(.malformed, path: path(of: file), "found \(quoted(text)); expected a pid")
        }
        return pid
    }

    /// How the init process ended; nil when that was not recorded.
    package func readExitRecord() throws(BundleError) -> ExitRecord? {
        guard let text = try read(.exitRecord) else { return nil }
        guard let record = ExitRecord(text) else {
            throw BundleError(
                .malformed, path: path(of: .exitRecord),
                "found \(quoted(text)); expected pid, status, seconds and nanoseconds")
        }
        return record
    }

    /// Keeps how the init process ended, for `delete` when the shim is gone.
    package func write(_ record: ExitRecord) throws(BundleError) {
        try write(record.text, to: .exitRecord)
    }
}

/// How a container's init process ended.
package struct ExitRecord: Hashable, Sendable {
    package var pid: Int32
    /// The exit code, or 128 and the signal's number.
    package var status: UInt32
    /// Seconds since 1970, and nanoseconds.
    package var seconds: Int64
    package var nanoseconds: Int32

    package init(pid: Int32, status: UInt32, seconds: Int64, nanoseconds: Int32) {
        self.pid = pid
        self.status = status
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    var text: String { "\(pid) \(status) \(seconds) \(nanoseconds)\n" }

    init?(_ text: String) {
        let parts = text.split(whereSeparator: \.isWhitespace)
        guard parts.count == 4, let pid = Int32(parts[0]), let status = UInt32(parts[1]),
            let seconds = Int64(parts[2]), let nanoseconds = Int32(parts[3]), 0..<1_000_000_000 ~= nanoseconds
        else { return nil }
        self.init(pid: pid, status: status, seconds: seconds, nanoseconds: nanoseconds)
    }
}
