/// A call of `start`, as it reached a shim.
struct RecordedCall: Sendable, CustomStringConvertible {
    /// Who called: the version of containerd.
    let containerd: String
    /// What the caller was asked for.
    let what: String
    let words: String
    /// Of the environment, what is containerd's own.
    let environment: [String: String]
    /// In hexadecimal.
    let stdin: String

    var description: String { "\(what) of containerd \(containerd)" }

    var arguments: [String] { words.split(separator: " ").map(String.init) }

    var input: [UInt8] {
        stride(from: 0, to: stdin.utf8.count, by: 2).compactMap { UInt8(stdin.dropFirst($0).prefix(2), radix: 16) }
    }
}

/// Recorded with a script in the shim's place, from Debian's 1.6.20, 1.7.24 and 2.1.9: `ctr run`, and `ctr run
/// --runtime-config-path`. Those of 2.3 are what `protoc` makes of containerd 2.3.4's own file, with the flags and the
/// environment of its command.
extension RecordedCall {
    static let all = older + newer

    static let older = [
        RecordedCall(
            containerd: "1.6", what: "run", words: words("plain"), environment: environment16, stdin: ""),
        RecordedCall(
            containerd: "1.6", what: "options", words: words("opts"), environment: environment16, stdin: options),
        RecordedCall(
            containerd: "1.7", what: "run", words: words("plain"), environment: environment17, stdin: ""),
        RecordedCall(
            containerd: "1.7", what: "options", words: words("opts"), environment: environment17, stdin: options),
        RecordedCall(
            containerd: "2.1", what: "run", words: words("plain"), environment: environment17, stdin: ""),
        RecordedCall(
            containerd: "2.1", what: "options", words: words("opts"), environment: environment17, stdin: options),
    ]

    static let newer = [
        RecordedCall(
            containerd: "2.3", what: "run", words: words("plain"), environment: environment17, stdin: parameters),
        RecordedCall(
            containerd: "2.3", what: "options", words: words("full", debug: true), environment: environment17,
            stdin: fullParameters),
    ]

    private static func words(_ id: String, debug: Bool = false) -> String {
        "-namespace k8s.io -address /run/containerd/containerd.sock -publish-binary /usr/bin/containerd -id \(id) "
            + (debug ? "-debug start" : "start")
    }

    private static let environment16 = [
        "TTRPC_ADDRESS": "/run/containerd/containerd.sock.ttrpc", "GOMAXPROCS": "2",
    ]

    private static let environment17 = [
        "TTRPC_ADDRESS": "/run/containerd/containerd.sock.ttrpc", "MAX_SHIM_VERSION": "2", "NAMESPACE": "k8s.io",
        "GOMAXPROCS": "2", "GRPC_ADDRESS": "/run/containerd/containerd.sock",
    ]

    /// An Any of runtimeoptions.v1.Options with config_path /etc/x.toml.
    private static let options = "0a1972756e74696d656f7074696f6e732e76312e4f7074696f6e73120d120b2f6574632f782e746f6d6c"

    private static let parameters =
        "0a05706c61696e12066b38732e696f220676322e332e342a252f72756e2f636f6e7461696e6572642f636f6e7461696e6572642e736f"
        + "636b2e7474727063321f2f72756e2f636f6e7461696e6572642f636f6e7461696e6572642e736f636b3a132f7573722f62696e2f63"
        + "6f6e7461696e657264"

    /// Log level debug; an extension for another shim, then containerd.runc.v1.Options with shim_cgroup /s and
    /// systemd_cgroup; socket_dir /run/x.
    private static let fullParameters =
        "0a0466756c6c12066b38732e696f18fcffffffffffffffff01220676322e332e342a252f72756e2f636f6e7461696e6572642f636f6e"
        + "7461696e6572642e736f636b2e7474727063321f2f72756e2f636f6e7461696e6572642f636f6e7461696e6572642e736f636b3a13"
        + "2f7573722f62696e2f636f6e7461696e65726442280a260a21636f6e7461696e6572642e696f2f6e72692e76312e506c7567696e43"
        + "6f6e66696712017842260a240a1a636f6e7461696e6572642e72756e632e76312e4f7074696f6e7312061a022f7348014a062f7275"
        + "6e2f78"
}
