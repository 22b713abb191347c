internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Copies what is in a directory into another one: files, directories, links and nodes, with owners and modes.
/// Follows no link. Both descriptors are borrowed.
func copyTree(from source: Int32, to target: Int32, name: String) throws(SystemCallError) {
    for entry in try entryNames(of: source, name: name) {
        let path = "\(name)/\(entry)"
        let place = try openFile(entry, OpenFlag.path | O_NOFOLLOW, in: source)
        let status = try FileStatus(of: place.raw, name: path)
        switch status.kind {
        case .directory:
            try systemCall("mkdirat", path) { mkdirat(target, entry, 0o700) }
            let below = try openFile(entry, O_DIRECTORY | O_RDONLY | O_NOFOLLOW, in: source)
            let copy = try openFile(entry, O_DIRECTORY | O_RDONLY | O_NOFOLLOW, in: target)
            try copyTree(from: below.raw, to: copy.raw, name: path)
        case .regular:
            let file = try openFile(entry, O_RDONLY | O_NOFOLLOW, in: source)
            let copy = try openFile(entry, O_CREAT | O_EXCL | O_WRONLY, mode: 0o600, in: target)
            try copyContent(from: file.raw, to: copy.raw, name: path)
        case .symbolicLink:
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
            try systemCall("readlinkat", path) { readlinkat(source, entry, &buffer, Int(PATH_MAX)) }
            try systemCall("symlinkat", path) { symlinkat(buffer, target, entry) }
        case .characterDevice, .blockDevice, .fifo, .socket:
            let type: mode_t =
                switch status.kind {
                case .characterDevice: S_IFCHR
                case .blockDevice: S_IFBLK
                case .fifo: S_IFIFO
                default: S_IFSOCK
                }
            try systemCall("mknodat", path) { mknodat(target, entry, type | 0o600, dev_t(status.representedDevice)) }
        }
        try systemCall("fchownat", path) {
            fchownat(target, entry, status.owner, status.group, AT_SYMLINK_NOFOLLOW)
        }
        // After the owner, whose change takes set-id bits away.
        if status.kind != .symbolicLink {
            try systemCall("fchmodat", path) { fchmodat(target, entry, mode_t(status.permissions), 0) }
        }
    }
}

private func copyContent(from source: Int32, to target: Int32, name: String) throws(SystemCallError) {
    while try systemCall("sendfile", name, { sendfile(target, source, nil, 1 << 20) }) > 0 {}
}
