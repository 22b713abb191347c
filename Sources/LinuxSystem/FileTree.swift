internal import CLinux
internal import Glibc
internal import SystemPackage

/// Removes a folder with all that is in it, not beyond mount points and not through links; that it is not there is fine.
package func removeTree(_ path: String) throws(SystemCallError) {
    if case .failure(let code) = attempt({ martlet_remove_tree(path) }), code != .noSuchFileOrDirectory {
        throw SystemCallError("nftw", path, errno: code)
    }
}

/// Makes a folder and those that lead to it, as far as they are missing; those that are there stay as they are.
///
/// - Parameter path: absolute.
package func makeDirectories(_ path: String, mode: UInt32) throws(SystemCallError) {
    var made = ""
    for part in path.split(separator: "/") {
        made += "/\(part)"
        if case .failure(let code) = attempt({ mkdir(made, mode_t(mode)) }), code != .fileExists {
            throw SystemCallError("mkdir", made, errno: code)
        }
    }
}

/// Makes a folder of this user's alone that nobody has: its name is the prefix and six characters.
package func makeTemporaryFolder(_ prefix: String) throws(SystemCallError) -> String {
    var template = Array("\(prefix).XXXXXX".utf8CString)
    try systemCall("mkdtemp", prefix) { mkdtemp(&template) == nil ? -1 : 0 }
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// This process's (getcwd(2)).
///
/// - Throws: `ENOENT` also for one that is not below this process's root.
package func workingDirectory() throws(SystemCallError) -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    try systemCall("getcwd") { getcwd(&buffer, buffer.count) == nil ? -1 : 0 }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// What is in an open folder, in no order, but for `.` and `..`. The descriptor is borrowed, and its position stays.
///
/// - Parameter name: the folder, for messages.
package func entryNames(of directory: Int32, name: String) throws(SystemCallError) -> [String] {
    let copy = try openFile(".", O_DIRECTORY | O_RDONLY, in: directory).release()
    guard let stream = fdopendir(copy) else {
        let code = Errno(rawValue: errno)
        _ = close(copy)
        throw SystemCallError("fdopendir", name, errno: code)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let found = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if found != "." && found != ".." { names.append(found) }
    }
    return names
}

/// The same by the folder's path; nothing when it can't be read.
package func entryNames(in path: String) -> [String] {
    guard let folder = try? openFile(path, O_DIRECTORY | O_RDONLY) else { return [] }
    return (try? entryNames(of: folder.raw, name: path)) ?? []
}
