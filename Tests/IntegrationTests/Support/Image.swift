import Foundation

/// An image FROM scratch, made by hack/make-image.
struct Image: Hashable, Sendable {
    /// Files of this machine by their path in the image; an empty source is a folder.
    var files: [String: String]
    var entrypoint: [String] = []
    var environment: [String] = []

    /// One guest as `/NAME`, which is the entrypoint; with others beside it.
    static func guest(_ name: String, _ others: String...) -> Image {
        var image = Image(files: ["/tmp": ""], entrypoint: ["/\(name)"])
        for file in [name] + others { image.files["/\(file)"] = "\(Requirement.guests ?? "")/\(file)" }
        return image
    }

    /// A native program: Debian's static busybox as /bin/busybox.
    static let busybox = Image(
        files: ["/bin/busybox": "/bin/busybox", "/tmp": "", "/proc": ""], entrypoint: ["/bin/busybox"],
        environment: ["PATH=/bin"])

    /// The sandbox of pods.
    static let pause = Image(files: ["/pause": "\(Requirement.guests ?? "")/pause"], entrypoint: ["/pause"])

    /// Writes it as an OCI archive.
    func write(to path: String, name: String) async throws {
        let arguments =
            ["\(Repository.folder)/hack/make-image", "--name", name, "--out", path]
            + environment.flatMap { ["--env", $0] }
            + files.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            + ["--"] + entrypoint
        let outcome = try await Command(
            "/usr/bin/python3", arguments, environment: ["PATH": "/usr/bin:/bin"]
        ).outcome()
        guard outcome.status == 0 else { throw FixtureError(description: "hack/make-image: \(outcome.stderr)") }
    }
}
