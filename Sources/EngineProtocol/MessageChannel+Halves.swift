internal import CLinux
package import LinuxSystem
internal import OCISpec
internal import SystemPackage

// A message in two parts, sent by two processes one after the other. Its receiver is in the middle of a message
// meanwhile, and notices nothing.

extension MessageChannel {
    /// Sends the first byte of a message that is to be the next one, with the descriptors of the whole. They are
    /// borrowed.
    ///
    /// The byte is the same for all messages: none is as long as its value would say.
    package func sendBeginning(descriptors: [Int32]) throws(SystemCallError) {
        let first: [UInt8] = [0]
        try systemCall("sendmsg") {
            first.withUnsafeBytes { martlet_send_descriptors(raw, $0.baseAddress, 1, descriptors, descriptors.count) }
        }
    }

    /// Sends what follows after `sendBeginning`.
    package func sendRest(of message: some Encodable) throws {
        let body = try encodeJSON(message)
        precondition(body.count <= Self.largestMessage, "a message of \(body.count) bytes")
        let rest = withUnsafeBytes(of: UInt32(body.count).bigEndian) { Array($0.dropFirst()) } + body
        var sent = 0
        while sent < rest.count {
            sent += try rest.withUnsafeBytes { bytes in
                try systemCall("sendmsg") {
                    martlet_send_descriptors(raw, bytes.baseAddress! + sent, bytes.count - sent, [], 0)
                }
            }
        }
    }
}
