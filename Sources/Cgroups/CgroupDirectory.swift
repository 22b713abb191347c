internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// A cgroup's directory in one hierarchy, and its files.
///
/// Paths, not descriptors: a shim keeps its cgroups for days, and a descriptor for each of nine hierarchies would
/// cost more than the lookups that it saves.
struct CgroupDirectory: Hashable, Sendable {
    /// Absolute, without a slash at the end.
    let path: String

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The directory above, by name.
    var parent: CgroupDirectory {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        return CgroupDirectory(path: String(path[..<end]))
    }

    var exists: Bool { access(path, F_OK) == 0 }

    func has(_ name: String) -> Bool { access(file(name), F_OK) == 0 }

    // MARK: Writing

    /// Writes `value` in one write(2); on failure answers the errno.
    func attemptWrite(_ value: String, to name: String) -> Errno? {
        attemptWrite([value], to: name)?.code
    }

    /// Writes each value by a write(2) of its own, through one descriptor.
    func attemptWrite(_ values: [String], to name: String) -> (value: String, code: Errno)? {
        let raw: Int32
        switch attempt({ open(file(name), O_WRONLY | O_CLOEXEC) }) {
        case .success(let opened): raw = opened
        case .failure(let code): return (values.first ?? "", code)
        }
        let descriptor = OwnedFileDescriptor(owning: raw)
        for var value in values {
            let result = value.withUTF8 { bytes in
                attempt { Glibc.write(descriptor.raw, bytes.baseAddress, bytes.count) }
            }
            if case .failure(let code) = result { return (value, code) }
        }
        return nil
    }

    /// - Parameter field: the specification's field that asked for it.
    func write(_ value: String, to name: String, field: String?) throws(CgroupError) {
        if let code = attemptWrite(value, to: name) {
            throw .write(value, to: file(name), field: field, code)
        }
    }

    func write(_ values: [String], to name: String, field: String?) throws(CgroupError) {
        if let failed = attemptWrite(values, to: name) {
            throw .write(failed.value, to: file(name), field: field, failed.code)
        }
    }

    // MARK: Reading

    /// The whole of a file.
    func attemptRead(_ name: String) -> Result<String, Errno> {
        readFile(file(name))
    }

    func read(_ name: String) throws(CgroupError) -> String {
        switch attemptRead(name) {
        case .success(let text): return text
        case .failure(let code): throw .read(file(name), code)
        }
    }

    /// Nil when the kernel has no such file here, or has it switched off (as PSI can be), and when the cgroup goes at
    /// this moment, as a scope does of which systemd sees that it is empty: then an open file has no device.
    func readIfPresent(_ name: String) throws(CgroupError) -> String? {
        switch attemptRead(name) {
        case .success(let text): return text
        case .failure(.noSuchFileOrDirectory), .failure(.notSupported), .failure(.operationNotSupportedByDevice):
            return nil
        case .failure(let code): throw .read(file(name), code)
        }
    }

    // MARK: Directories

    /// Answers whether it was made now; false when it was there.
    func make() -> Result<Bool, Errno> {
        switch attempt({ mkdir(path, 0o755) }) {
        case .success: .success(true)
        case .failure(.fileExists): .success(false)
        case .failure(let code): .failure(code)
        }
    }

    /// The cgroups directly below.
    func children() -> [CgroupDirectory] {
        entries { $0.pointee.d_type == UInt8(DT_DIR) }.map { CgroupDirectory(path: file($0)) }
    }

    /// The names of the files whose name starts so.
    func files(startingWith prefix: String) -> [String] {
        entries { $0.pointee.d_type != UInt8(DT_DIR) }.filter { $0.hasPrefix(prefix) }.sorted()
    }

    private func entries(where matches: (UnsafeMutablePointer<dirent>) -> Bool) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            guard matches(entry) else { continue }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}

/// Reads a file of procfs or cgroupfs, whose size is not known beforehand.
func readFile(_ path: String) -> Result<String, Errno> {
    let raw: Int32
    switch attempt({ open(path, O_RDONLY | O_CLOEXEC) }) {
    case .success(let opened): raw = opened
    case .failure(let code): return .failure(code)
    }
    let descriptor = OwnedFileDescriptor(owning: raw)
    var bytes: [UInt8] = []
    var failure: Errno?
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
        while true {
            switch attempt({ Glibc.read(descriptor.raw, buffer.baseAddress, buffer.count) }) {
            case .success(0): return
            case .success(let count): bytes.append(contentsOf: buffer[..<count])
            case .failure(let code):
                failure = code
                return
            }
        }
    }
    if let failure { return .failure(failure) }
    return .success(String(decoding: bytes, as: UTF8.self))
}
