internal import Glibc

/// The file of a bound Unix socket, remembered by its identity, so that a successor's file of the same name is left
/// alone.
struct SocketFile: Sendable {
    private let path: String
    private let device: dev_t
    private let inode: ino_t

    /// Nil when there is no such file.
    init?(path: String) {
        guard let (device, inode) = Self.identity(of: path) else { return nil }
        self.path = path
        self.device = device
        self.inode = inode
    }

    /// Removes the file if it is still the one that was there. That it is gone already is no error, and a file that
    /// cannot be removed is stale from here on and refuses connections, which those who connect can tell.
    func remove() {
        guard let (device, inode) = Self.identity(of: self.path), (device, inode) == (self.device, self.inode) else {
            return
        }
        unlink(self.path)
    }

    private static func identity(of path: String) -> (dev_t, ino_t)? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return (status.st_dev, status.st_ino)
    }
}
