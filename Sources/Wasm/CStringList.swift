/// Texts in the form that C functions take them in: made once, given often.
package struct CStringList {
    private var bytes: [CChar] = []
    private var offsets: [Int] = []

    package init(_ texts: some Sequence<String> = []) {
        for text in texts { append(text) }
    }

    package mutating func append(_ text: String) {
        offsets.append(bytes.count)
        bytes.append(contentsOf: text.utf8CString)
    }

    package var count: Int { offsets.count }

    /// Calls `body` with the addresses of the texts, which end with a NUL and are borrowed for the length of the call.
    borrowing func withPointers<Result>(_ body: (UnsafeMutablePointer<UnsafePointer<CChar>?>?) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { bytes in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: offsets.count) { pointers in
                for (index, offset) in offsets.enumerated() {
                    pointers.initializeElement(at: index, to: bytes.baseAddress.map { $0 + offset })
                }
                return body(pointers.baseAddress)
            }
        }
    }
}
