internal import NIOCore

/// The head of a response as a CGI program writes it (RFC 3875, 6), read as it comes: fields in lines that end with LF or
/// CR LF, then an empty line.
///
/// There must be one of `Content-Type`, `Location` and `Status`. `Status` is the response's own: without it, it is 302 where
/// there is a `Location` and else 200. A `Location` that is a path is the client's to follow, too.
package struct CGIHead: Sendable {
    /// What is wrong with it.
    package struct Invalid: Error, CustomStringConvertible {
        package let description: String

        init(_ description: String) { self.description = description }
    }

    /// Bytes that it may still have.
    private var left: Int
    private var line: [UInt8] = []
    private var fields = FieldList()
    private var status: UInt16?

    /// - Parameter limit: bytes of the head, all together.
    package init(limit: Int) {
        left = limit
    }

    /// Takes what belongs to the head off the bytes.
    ///
    /// - Returns: nil as long as it is not whole; all bytes are taken then.
    mutating func take(_ bytes: inout ByteBuffer) throws(Invalid) -> (status: UInt16, fields: FieldList)? {
        while bytes.readableBytes > 0 {
            let view = bytes.readableBytesView
            let end = view.firstIndex(of: UInt8(ascii: "\n"))
            let count = view.distance(from: view.startIndex, to: end.map { $0 + 1 } ?? view.endIndex)
            left -= count
            guard left >= 0 else { throw Invalid("its header is too long") }
            line += view.prefix(end == nil ? count : count - 1)
            bytes.moveReaderIndex(forwardBy: count)
            guard end != nil else { break }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.isEmpty { return try whole() }
            try takeLine()
            line.removeAll(keepingCapacity: true)
        }
        return nil
    }

    private mutating func takeLine() throws(Invalid) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            throw Invalid("its header has a line without a colon: \(Self.shown(line))")
        }
        let name = String(decoding: line[..<colon], as: UTF8.self)
        let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        var value = line[(colon + 1)...].drop(while: isBlank)
        while let last = value.last, isBlank(last) { value.removeLast() }
        if name.lowercased() == "status" { return try takeStatus(Array(value)) }
        do throws(FieldList.Refusal) {
            try fields.append(name, Array(value))
        } catch {
            let reason = error == .forbidden ? "which is the server's to send" : "which is no field"
            throw Invalid("its header has \(Self.shown(line)), \(reason)")
        }
    }

    private mutating func takeStatus(_ value: [UInt8]) throws(Invalid) {
        let digits = value.prefix { $0 != UInt8(ascii: " ") }
        guard status == nil, digits.count == 3, let number = UInt16(String(decoding: digits, as: UTF8.self)),
            (200...999).contains(number)
        else { throw Invalid("its header has the status \(Self.shown(value))") }
        status = number
    }

    private func whole() throws(Invalid) -> (status: UInt16, fields: FieldList) {
        let redirects = fields.contains("location")
        guard status != nil || redirects || fields.contains("content-type") else {
            throw Invalid("its header has neither Content-Type nor Location nor Status")
        }
        return (status ?? (redirects ? 302 : 200), fields)
    }

    /// For a line of a log.
    private static func shown(_ text: [UInt8]) -> String {
        AccessRecord.quoted(String(decoding: text.prefix(200), as: UTF8.self))
    }
}
