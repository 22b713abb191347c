internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// A number that other processes of the node can read while this one counts: a page of memory that has a name, in no
/// file system and at no descriptor.
///
/// Children of a fork have the same one.
package final class SharedCounter: @unchecked Sendable {
    // The page is there until the process ends, and is only used atomically.
    private let page: UnsafeMutablePointer<Atomic<UInt64>>

    /// Bytes that are mapped.
    private static let size = 4096

    /// - Parameter name: what it is found by, at most 249 bytes.
    package init(_ name: String) throws(SystemCallError) {
        let file = OwnedFileDescriptor(owning: try systemCall("memfd_create", name) { martlet_memfd_create(name) })
        try systemCall("ftruncate", name) { ftruncate(file.raw, off_t(Self.size)) }
        let address = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, file.raw, 0)
        let code = errno
        guard let address, address != MAP_FAILED else {
            throw SystemCallError("mmap", name, errno: Errno(rawValue: code))
        }
        // A file of zeros is a counter of none.
        page = address.bindMemory(to: Atomic<UInt64>.self, capacity: 1)
    }

    package func add(_ number: UInt64) { page.pointee.wrappingAdd(number, ordering: .relaxed) }

    /// What another process counted until now (proc_pid_map_files(5)).
    ///
    /// Whoever runs in that process may have written it.
    ///
    /// - Returns: nil if it has no such counter, or it may not be seen: that takes `CAP_SYS_ADMIN`.
    package static func read(_ name: String, ofProcess pid: Int32) -> UInt64? {
        guard let maps = try? readText("/proc/\(pid)/maps", limit: 64 << 20) else { return nil }
        let mapped = maps.split(separator: "\n").first { $0.hasSuffix(" /memfd:\(name) (deleted)") }
        guard let range = mapped?.split(separator: " ").first,
            let file = try? openFile("/proc/\(pid)/map_files/\(range)", O_RDONLY | O_NONBLOCK)
        else { return nil }
        var number: UInt64 = 0
        let read = withUnsafeMutableBytes(of: &number) { bytes in
            attempt { pread(file.raw, bytes.baseAddress, bytes.count, 0) }
        }
        guard case .success(MemoryLayout<UInt64>.size) = read else { return nil }
        return number
    }
}
