import LinuxSystem
import Testing

/// The vectors are those of FIPS 180-2, appendix B, and of NIST's examples.
@Suite("SHA-256")
struct SHA256Tests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func aTextHasItsDigest(text: String, digest: String) {
        #expect(SHA256.digest(of: text) == digest)
    }

    @Test func aMillionTimesAHasItsDigestHoweverItComes() {
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        for step in [1_000_000, 4096, 63] {
            var hash = SHA256()
            bytes.withUnsafeBytes { bytes in
                for start in stride(from: 0, to: bytes.count, by: step) {
                    hash.update(UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + step, bytes.count)]))
                }
            }
            #expect(hash.finish() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
        }
    }
}
