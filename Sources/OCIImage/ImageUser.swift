internal import Glibc
internal import LinuxSystem
package import OCISpec

extension User {
    /// `USER` or `USER:GROUP`, each a number or a name of the image's /etc/passwd and /etc/group.
    ///
    /// - Parameter rootfs: the unpacked image.
    /// - Throws: `ImageError` for a name that is not there.
    package init(_ text: String, rootfs: String) throws {
        let root = try RootDirectory(rootfs)
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let accounts = Self.table("/etc/passwd", root)
        var uid: UInt32 = 0
        var gid: UInt32 = 0
        if let name = parts.first, !name.isEmpty {
            let account = accounts.first { $0.count > 3 && ($0[0] == name || $0[2] == name) }
            guard let number = account.flatMap({ UInt32($0[2]) }) ?? UInt32(name) else {
                throw ImageError(.notFound, "/etc/passwd", "the image has no user \(name); use a number")
            }
            uid = number
            gid = account.flatMap { UInt32($0[3]) } ?? 0
        }
        let groups = Self.table("/etc/group", root)
        if parts.count > 1, !parts[1].isEmpty {
            let group = groups.first { $0.count > 2 && $0[0] == parts[1] }
            guard let number = group.flatMap({ UInt32($0[2]) }) ?? UInt32(parts[1]) else {
                throw ImageError(.notFound, "/etc/group", "the image has no group \(parts[1]); use a number")
            }
            gid = number
        }
        self.init(uid: uid, gid: gid)
        // Without a group that is named, those that the user is in.
        guard parts.count == 1, let name = accounts.first(where: { $0.count > 2 && $0[2] == "\(uid)" })?[0] else {
            return
        }
        let further = groups.filter { $0.count > 3 && $0[3].split(separator: ",").contains(Substring(name)) }
        let numbers = further.compactMap { UInt32($0[2]) }
        if !numbers.isEmpty { additionalGids = numbers }
    }

    /// Lines of fields with colons between them. Only a regular file of a size that a person could write is read.
    private static func table(_ path: String, _ root: borrowing RootDirectory) -> [[String]] {
        guard let file = try? root.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY),
            let status = try? FileStatus(of: file.raw), status.kind == .regular,
            let bytes = try? readToEnd(of: file.raw, limit: 1 << 20, name: path)
        else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
            line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        }
    }
}
