internal import CWasmtime
internal import Glibc

/// A linear memory out of a ``MemoryPool``: address space for the largest that there may be, with guards before and
/// behind, of which the first bytes can be accessed. What is not in use is zero.
///
/// One owner at a time calls it: the pool, or the engine for an instance.
final class PooledMemory: @unchecked Sendable {
    private let mapping: UnsafeMutableRawPointer
    /// Bytes before and behind that are never accessible.
    let guardSize: Int
    /// How much it may grow to, in bytes.
    let reserved: Int
    /// What can be accessed; at least what the guest has.
    private var accessible = 0
    /// What the guest has.
    private(set) var size = 0

    private static let pageSize = Int(getpagesize())

    /// - Parameters:
    ///   - reserved: bytes, whole pages.
    ///   - guardSize: bytes, as many as the code of guests relies on; whole pages.
    /// - Throws: ``EngineError`` where there is no address space for it.
    init(reserved: Int, guardSize: Int) throws(EngineError) {
        let mapping = mmap(
            nil, guardSize + reserved + guardSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let mapping, mapping != MAP_FAILED else {
            throw EngineError(
                operation: .instantiate, message: "there is no address space for a memory: errno \(errno)")
        }
        self.mapping = mapping
        self.reserved = reserved
        self.guardSize = guardSize
    }

    deinit { munmap(mapping, guardSize + reserved + guardSize) }

    var base: UnsafeMutableRawPointer { mapping + guardSize }

    /// Makes it a memory of this many bytes: what an instance before had beyond them can't be accessed any more.
    ///
    /// - Returns: whether the kernel grants it.
    func begin(size: Int) -> Bool {
        if size < accessible {
            guard mprotect(base + size, accessible - size, PROT_NONE) == 0 else { return false }
            accessible = size
        }
        return grow(to: size)
    }

    /// - Returns: whether there is room, and the kernel grants it.
    func grow(to size: Int) -> Bool {
        guard size <= reserved else { return false }
        if size > accessible {
            guard mprotect(base + accessible, size - accessible, PROT_READ | PROT_WRITE) == 0 else { return false }
            accessible = size
        }
        self.size = size
        return true
    }

    /// Makes all of it zero, and gives back to the system what is beyond some bytes.
    ///
    /// - Parameters:
    ///   - pagemap: /proc/self/pagemap; nil if that can't be had.
    ///   - keeping: how many bytes may stay with this process.
    func clear(pagemap: Int32?, keeping: Int) {
        let pages = accessible / Self.pageSize
        guard let pagemap, pages <= Self.mostPagesLookedAt else {
            let kept = min(Self.keptBlindly, keeping, accessible)
            memset(base, 0, kept)
            return giveBack(from: kept)
        }
        var kept = 0
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 512) { entries in
            let first = Int(bitPattern: base) / Self.pageSize
            var page = 0
            while page < pages {
                let count = min(entries.count, pages - page)
                let read = pread(pagemap, entries.baseAddress, count * 8, off_t((first + page) * 8))
                guard read == count * 8 else { return giveBack(from: page * Self.pageSize) }
                for entry in entries[..<count] {
                    if entry & Self.isThere != 0 {
                        guard kept < keeping else { return giveBack(from: page * Self.pageSize) }
                        memset(base + page * Self.pageSize, 0, Self.pageSize)
                        kept += Self.pageSize
                    }
                    page += 1
                }
            }
        }
    }

    /// Of an entry of the pagemap: in memory, or swapped out (Documentation/admin-guide/mm/pagemap.rst). A page that is
    /// neither was never come to, and is zero.
    private static let isThere: UInt64 = 1 << 63 | 1 << 62

    /// To look at more takes longer than to give all back.
    private static let mostPagesLookedAt = 2048

    /// What is cleared where it is not known which pages are there, in bytes.
    private static let keptBlindly = 64 << 10

    /// A private anonymous page that was given back is zero when it is next come to (madvise(2)).
    private func giveBack(from offset: Int) {
        guard offset < accessible else { return }
        guard madvise(base + offset, accessible - offset, MADV_DONTNEED) != 0 else { return }
        memset(base + offset, 0, accessible - offset)
    }
}
