internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// A module's bytes in memory that nobody can change any more.
///
/// The digest and the code must come from the same bytes: whoever can write to the file (its container) could
/// otherwise change it between the two, and have code of his own kept under another module's digest.
struct ModuleCopy: ~Copyable {
    /// The largest module that is accepted, in bytes.
    static let largest = 1 << 30

    /// A sealed memfd; its offset is of no account.
    let descriptor: OwnedFileDescriptor
    /// How many bytes it has.
    let count: Int
    let digest: String

    /// Copies a file from its beginning; the offset of `source` stays.
    ///
    /// - Parameter name: the file, for messages.
    init(copying source: Int32, size: Int, name: String) throws(GuestError) {
        guard size <= Self.largest else {
            throw GuestError(
                .notAModule, "\(name) has \(size) bytes: the largest module that can be run has \(Self.largest)")
        }
        do throws(SystemCallError) {
            let memory = try MemoryFile("martlet-module")
            let count = try memory.append(from: source, count: size, name: name)
            let sealed = try memory.sealed()
            digest = try Self.withBytes(of: sealed.raw, count: count) { bytes in
                var hash = SHA256()
                hash.update(bytes)
                return hash.finish()
            }
            descriptor = sealed
            self.count = count
        } catch {
            throw GuestError(error)
        }
    }

    /// A text of ours.
    init(of text: String) throws(GuestError) {
        do throws(SystemCallError) {
            let bytes = Array(text.utf8)
            descriptor = try makeSealedFile("martlet-module", content: bytes)
            digest = SHA256.digest(of: text)
            count = bytes.count
        } catch {
            throw GuestError(error)
        }
    }

    /// Maps the bytes for the length of the call.
    borrowing func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) throws(SystemCallError) -> Result {
        try Self.withBytes(of: descriptor.raw, count: count, body)
    }

    private static func withBytes<Result>(
        of descriptor: Int32, count: Int, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(SystemCallError) -> Result {
        guard count > 0 else {
            return body(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        let start = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0)
        let code = Errno(rawValue: errno)
        guard let start, start != MAP_FAILED else {
            throw SystemCallError("mmap", "memfd", errno: code)
        }
        defer { munmap(start, count) }
        return body(UnsafeRawBufferPointer(start: start, count: count))
    }
}
