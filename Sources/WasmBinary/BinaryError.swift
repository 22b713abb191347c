/// Why bytes are not what the binary format has there.
package struct BinaryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Bytes from the beginning of the file.
    package let offset: Int
    package let message: String

    package var description: String { "at 0x\(String(offset, radix: 16)): \(message)" }
}
