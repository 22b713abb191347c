internal import LinuxSystem
internal import SystemPackage

/// `directory-entry-stream` of `wasi:filesystem/types`.
final class DirectoryEntryStream {
    private var reader: DirectoryReader

    init(_ reader: consuming DirectoryReader) {
        self.reader = reader
    }

    /// - Returns: nil at the end.
    /// - Throws: `EILSEQ` of a name that is not UTF-8; others may follow.
    func next() throws(Errno) -> (type: DescriptorType, name: String)? {
        guard let entry = try reader.next() else { return nil }
        guard let name = String(validating: entry.name, as: UTF8.self) else { throw .illegalByteSequence }
        return (DescriptorType(mode: entry.type), name)
    }
}
