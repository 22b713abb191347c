internal import LinuxSystem
internal import SystemPackage

/// What an `output-stream` over a file has: a place in it, or its end. After an error it takes nothing more.
final class FileOutput {
    enum Place {
        case offset(UInt64)
        case end
    }

    private let file: HeldDescriptor
    private var place: Place
    private(set) var isClosed = false

    init(_ file: HeldDescriptor, at place: Place) {
        self.file = file
        self.place = place
    }

    /// Writes all of it.
    func write(_ bytes: UnsafeRawBufferPointer) throws(Errno) {
        var rest = bytes
        do throws(Errno) {
            while !rest.isEmpty {
                let count: Int
                switch place {
                case .end: count = try file.append(rest)
                case .offset(let offset):
                    count = try file.write(rest, at: offset)
                    place = .offset(offset + UInt64(count))
                }
                guard count > 0 else { throw .ioError }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        } catch {
            isClosed = true
            throw error
        }
    }
}
