import Foundation
import Testing

/// `openssl s_server` with a certificate of a root of the test's own.
enum SecureServer {
    /// A root, and a certificate of it for localhost.
    private static let script = """
        set -e
        cd "$1"
        key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        openssl req -x509 $key -keyout root.key -out root.pem -subj "/CN=root of tests" -days 2
        echo subjectAltName=DNS:localhost,IP:127.0.0.1 >leaf.ext
        openssl req $key -keyout leaf.key -out leaf.csr -subj /CN=leaf
        openssl x509 -req -in leaf.csr -CA root.pem -CAkey root.key -CAcreateserial -days 2 -extfile leaf.ext \\
          -out leaf.pem
        """

    /// Answers `/hello` while the test runs.
    ///
    /// - Parameter body: is given its port, and the folder with `root.pem`.
    static func whileServing(_ body: (UInt16, String) async throws -> Void) async throws {
        let host = try HostFolder()
        defer { withExtendedLifetime(host) {} }
        let folder = host.path
        let made = try await Command(
            "/bin/sh", ["-c", script, "sh", folder], environment: ["PATH": "/usr/bin:/bin"]
        ).outcome()
        try #require(made.status == 0, "\(made)")
        try "hello\n".write(toFile: "\(folder)/hello", atomically: true, encoding: .utf8)
        let port = try HTTPConnection.freePort()
        let words = [
            "s_server", "-accept", "127.0.0.1:\(port)", "-cert", "leaf.pem", "-key", "leaf.key", "-WWW", "-quiet",
        ]
        let server = try Command(
            "/bin/sh", ["-c", "cd \"$0\" && exec openssl \"$@\"", folder] + words,
            environment: ["PATH": "/usr/bin:/bin"])
        // Its other signals are blocked, as the test's threads have them.
        defer { kill(server.pid, SIGKILL) }
        // It serves one connection after the other; one that says nothing is soon over.
        try await eventually("openssl's server") { (try? HTTPConnection(port: port)) != nil }
        try await body(port, folder)
    }
}
