internal import CLinux
internal import Glibc

/// A file in memory that nobody can change any more (memfd_create(2), sealed).
///
/// - Parameter name: for /proc only.
package func makeSealedFile(_ name: String, content: [UInt8]) throws(SystemCallError) -> OwnedFileDescriptor {
    let file = OwnedFileDescriptor(owning: try systemCall("memfd_create", name) { martlet_memfd_create(name) })
    var written = 0
    while written < content.count {
        written += try systemCall("write", name) {
            content.withUnsafeBytes { pwrite(file.raw, $0.baseAddress! + written, $0.count - written, off_t(written)) }
        }
    }
    try systemCall("fcntl", "F_ADD_SEALS") { martlet_seal(file.raw) }
    return file
}
