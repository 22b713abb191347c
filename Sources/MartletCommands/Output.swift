internal import Glibc
internal import OCISpec

/// Prints a value as JSON that a person can read, too.
func printJSON(_ value: some Encodable) throws {
    print(indented(try encodeJSON(value)))
}

/// Compact JSON over lines, two blanks a level; empty lists and objects stay on their line.
func indented(_ json: [UInt8]) -> String {
    var text: [UInt8] = []
    var depth = 0
    var inString = false
    var escaped = false
    func newLine() { text += [UInt8(ascii: "\n")] + [UInt8](repeating: UInt8(ascii: " "), count: depth * 2) }
    for (index, byte) in json.enumerated() {
        if inString {
            text.append(byte)
            if escaped {
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "\"") {
                inString = false
            }
            continue
        }
        let next = index + 1 < json.count ? json[index + 1] : 0
        switch byte {
        case UInt8(ascii: "\""):
            inString = true
            text.append(byte)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            text.append(byte)
            // A closing bracket is two above its opening one.
            if next == byte + 2 { continue }
            depth += 1
            newLine()
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            if index > 0, json[index - 1] != byte - 2 {
                depth -= 1
                newLine()
            }
            text.append(byte)
        case UInt8(ascii: ","):
            text.append(byte)
            newLine()
        case UInt8(ascii: ":"):
            text += [byte, UInt8(ascii: " ")]
        default: text.append(byte)
        }
    }
    return String(decoding: text, as: UTF8.self)
}

/// Rows of columns, each as wide as its widest cell.
func table(_ rows: [[String]]) -> String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
        row.enumerated().map { index, cell in
            index == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[index] - cell.count + 2)
        }.joined()
    }.joined(separator: "\n")
}
