internal import Glibc

/// What memories have to begin with.
package enum MemoryContents {
    /// Components in components that are followed.
    private static let deepest = 16

    /// The bytes of all data sections of a module, or of a component's. Only the heads of sections are read.
    ///
    /// - Parameter file: open for reading; borrowed, and its offset stays.
    package static func size(file: Int32) throws(BinaryError) -> Int {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw BinaryError(offset: 0, message: "its size is not known") }
        return try size(of: ByteRange(source: .file(file), start: 0, end: Int(status.st_size)), depth: 0)
    }

    private static func size(of range: ByteRange, depth: Int) throws(BinaryError) -> Int {
        guard let isModule = try range.isCoreModule() else {
            throw BinaryError(offset: range.start, message: "it begins neither as a module nor as a component")
        }
        var total = 0
        for section in try range.sections() {
            switch (isModule, section.id) {
            case (true, 11): total += section.content.count
            // A module, and a component.
            case (false, let id) where (id == 1 || id == 4) && depth < deepest:
                total += try size(of: section.content, depth: depth + 1)
            default: break
            }
        }
        return total
    }
}
