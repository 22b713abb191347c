internal import LinuxSystem
internal import SystemPackage
internal import Wasm

/// What an `input-stream` over a file has: a place in it. It ends for good where the file does.
final class FileInput {
    /// Bytes that are given at once, as the engine's streams have it.
    private static let most = 64 << 10

    private let file: HeldDescriptor
    private var position: UInt64
    private var hasEnded = false

    init(_ file: HeldDescriptor, at position: UInt64) {
        self.file = file
        self.position = position
    }

    /// - Parameter use: takes what was read, which may be nothing only if nothing was asked for.
    func read(
        _ count: UInt64, _ use: (UnsafeRawBufferPointer) throws(EngineError) -> BodyInput.Outcome
    ) throws(EngineError) -> BodyInput.Outcome {
        if hasEnded { return .closed }
        let most = Int(min(count, UInt64(Self.most)))
        return try withUnsafeTemporaryAllocation(byteCount: most, alignment: 1) { bytes throws(EngineError) in
            let read: Int
            do throws(Errno) {
                read = most > 0 ? try file.read(into: bytes, at: position) : 0
            } catch {
                hasEnded = true
                return .failed(StreamError(error))
            }
            if read == 0, most > 0 {
                hasEnded = true
                return .closed
            }
            position += UInt64(read)
            return try use(UnsafeRawBufferPointer(rebasing: bytes[..<read]))
        }
    }
}
