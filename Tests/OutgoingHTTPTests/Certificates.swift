import Glibc
import LinuxSystem
import NIOSSL

/// Certificates of the tests' own, made once.
struct Certificates {
    struct Leaf {
        let certificate: NIOSSLCertificate
        let key: NIOSSLPrivateKey
    }

    static let all = try! Certificates()

    /// PEM.
    let root: [UInt8]
    /// Of another root; PEM.
    let otherRoot: [UInt8]
    /// For localhost and 127.0.0.1.
    let good: Leaf
    /// For another name.
    let misnamed: Leaf
    let expired: Leaf

    private init() throws {
        let folder = try makeTemporaryFolder("/tmp/martlet-certificates")
        defer { try? removeTree(folder) }
        let script = """
            set -e
            cd "$1"
            key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
            for root in root other; do
              openssl req -x509 $key -keyout $root.key -out $root.pem -subj "/CN=$root of tests" -days 2
            done
            leaf() {
              echo "subjectAltName=$2" > $1.ext
              openssl req $key -keyout $1.key -out $1.csr -subj /CN=leaf
              openssl x509 -req -in $1.csr -CA root.pem -CAkey root.key -CAcreateserial -days $3 -extfile $1.ext -out $1.pem
            }
            leaf good DNS:localhost,IP:127.0.0.1 2
            leaf misnamed DNS:other.test 2
            leaf expired DNS:localhost,IP:127.0.0.1 -1
            """
        let outcome = try TimedCommand(
            path: "/bin/sh", arguments: ["sh", "-c", script, "sh", folder], environment: ["PATH=/usr/bin:/bin"],
            input: [], timeout: 60
        ).run()
        guard outcome.end == .exited(0) else { fatalError("openssl: \(outcome.output)") }
        func read(_ name: String) throws -> [UInt8] { Array(try readText("\(folder)/\(name)").utf8) }
        func leaf(_ name: String) throws -> Leaf {
            Leaf(
                certificate: try NIOSSLCertificate(bytes: read("\(name).pem"), format: .pem),
                key: try NIOSSLPrivateKey(bytes: read("\(name).key"), format: .pem))
        }
        root = try read("root.pem")
        otherRoot = try read("other.pem")
        good = try leaf("good")
        misnamed = try leaf("misnamed")
        expired = try leaf("expired")
    }
}
