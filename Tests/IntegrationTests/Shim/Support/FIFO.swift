import Glibc

/// The writing end of a container's stdin.
final class FIFO {
    let path: String
    private var descriptor: Int32 = -1

    init(_ path: String) throws {
        self.path = path
        guard mkfifo(path, 0o700) == 0 else { throw FixtureError(description: "no FIFO can be made at \(path)") }
    }

    /// When the container has the other end: else this would wait.
    func open() throws {
        descriptor = Glibc.open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw FixtureError(description: "nobody reads \(path)") }
    }

    func write(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw FixtureError(description: "\(path) takes no bytes")
        }
    }

    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    deinit { close() }
}
