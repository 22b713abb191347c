internal import Glibc

/// What a file of WebAssembly in the binary format says of itself.
package enum WasmOutline: Hashable, Sendable {
    case module(ModuleOutline)
    case component(ComponentOutline)

    /// Reads a file; it may change meanwhile.
    ///
    /// - Parameters:
    ///   - file: open for reading; borrowed, and its offset stays.
    ///   - size: bytes.
    package static func read(file: Int32, size: Int) throws(BinaryError) -> WasmOutline {
        try read(ByteRange(source: .file(file), start: 0, end: size))
    }

    package static func read(_ bytes: [UInt8]) throws(BinaryError) -> WasmOutline {
        try read(ByteRange(source: .memory(bytes), start: 0, end: bytes.count))
    }

    private static func read(_ range: ByteRange) throws(BinaryError) -> WasmOutline {
        switch try range.isCoreModule() {
        case true?: .module(try ModuleReader.read(range))
        case false?: .component(try ComponentReader.read(range))
        case nil: throw BinaryError(offset: 0, message: "it begins neither as a module nor as a component")
        }
    }
}
