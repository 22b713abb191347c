internal import Wasm

/// What one guest's `fields` take of the server's memory: of all that a guest makes, they alone can be as large as it
/// likes, as often as it likes.
final class FieldBudget {
    /// Bytes of names and values, in all. A guest that holds more is stopped.
    private static let most = 4 << 20

    private var size = 0

    func count(_ change: Int) { size += change }

    /// To be called before a guest does anything with them, and as often as one call adds many.
    ///
    /// - Parameter more: bytes that are not counted yet.
    func check(more: Int = 0) throws(EngineError) {
        guard size + more <= Self.most else {
            throw EngineError(operation: .call, message: "the guest's fields have more than \(Self.most) bytes")
        }
    }
}
