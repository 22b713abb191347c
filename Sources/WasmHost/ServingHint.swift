internal import Glibc

/// Tells before a file is compiled whether it may be a component that answers HTTP requests: for those the engine is set
/// up in another way.
package enum ServingHint {
    /// Whether the name that such a component exports stands in the file.
    ///
    /// - Parameter file: open for reading, from its beginning; borrowed. It may change meanwhile, and is not trusted.
    package static func isIn(_ file: Int32) -> Bool {
        let name = Array(handlerPrefix.utf8)
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var kept = 0
        var offset: off_t = 0
        while true {
            let count = buffer.withUnsafeMutableBytes { bytes in
                pread(file, bytes.baseAddress.map { $0 + kept }, bytes.count - kept, offset)
            }
            guard count > 0 else { return false }
            let end = kept + count
            if buffer.withUnsafeBytes({ holds($0[..<end], name) }) { return true }
            offset += off_t(count)
            // The name may lie across two pieces.
            kept = min(end, name.count - 1)
            buffer.withUnsafeMutableBytes { bytes in
                guard let start = bytes.baseAddress else { return }
                memmove(start, start + (end - kept), kept)
            }
        }
    }

    private static func holds(_ bytes: Slice<UnsafeRawBufferPointer>, _ name: [UInt8]) -> Bool {
        guard let start = bytes.base.baseAddress, let colon = name.firstIndex(of: UInt8(ascii: ":")) else {
            return false
        }
        // The colon is the rarest of its letters in code.
        var from = colon
        while from < bytes.endIndex, let found = memchr(start + from, Int32(name[colon]), bytes.endIndex - from) {
            let place = UnsafeRawPointer(found) - start
            let first = place - colon
            if first + name.count <= bytes.endIndex, memcmp(start + first, name, name.count) == 0 { return true }
            from = place + 1
        }
        return false
    }
}

/// How the name of an export begins that makes a component an HTTP server; its version follows.
let handlerPrefix = "wasi:http/incoming-handler@"

extension String {
    /// Whether an export of this name makes a component an HTTP server.
    var isHandler: Bool { hasPrefix(handlerPrefix) }

    /// Whether an export of this name makes a component a command.
    var isCommand: Bool { hasPrefix("wasi:cli/run@") }
}
