/// Whether a word can be a container's id: letters, digits and `_+-.`, as runc has it.
///
/// - Throws: `RuntimeError` that says what is wrong.
package func checkContainerID(_ id: String) throws(RuntimeError) {
    let isPlain = id.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "_+-.".utf8.contains(byte)
        }
    }
    guard isPlain, !id.isEmpty, id.utf8.count <= 1024, id != ".", id != ".." else {
        throw RuntimeError(
            .invalidArgument, "found \"\(id)\" as the container's id; expected letters, digits, and any of _ + - .")
    }
}
