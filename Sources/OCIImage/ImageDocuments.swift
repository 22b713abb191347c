/// A reference to a blob (image-spec, descriptor.md).
package struct Descriptor: Codable, Hashable, Sendable {
    package var mediaType: String?
    package var digest: String
    package var size: Int64?
    package var platform: Platform?
    package var annotations: [String: String]?

    package init(digest: String) { self.digest = digest }

    package struct Platform: Codable, Hashable, Sendable {
        package var architecture: String
        package var os: String
    }

    /// The name that the image has in an archive or layout.
    package var reference: String? {
        annotations?["io.containerd.image.name"] ?? annotations?["org.opencontainers.image.ref.name"]
    }
}

/// An index of images, or the manifest of one: the two are told apart by what they have.
struct ManifestDocument: Codable, Sendable {
    var manifests: [Descriptor]?
    var config: Descriptor?
    var layers: [Descriptor]?
}

/// The configuration of an image (image-spec, config.md).
package struct ImageConfiguration: Codable, Hashable, Sendable {
    package var architecture: String?
    package var os: String?
    package var config: Execution?
    package var rootfs: RootFS?

    package struct Execution: Codable, Hashable, Sendable {
        package var user: String?
        package var environment: [String]?
        package var entrypoint: [String]?
        package var arguments: [String]?
        package var workingDirectory: String?

        private enum CodingKeys: String, CodingKey {
            case user = "User"
            case environment = "Env"
            case entrypoint = "Entrypoint"
            case arguments = "Cmd"
            case workingDirectory = "WorkingDir"
        }
    }

    package struct RootFS: Codable, Hashable, Sendable {
        /// The digests of the layers without compression.
        package var digests: [String]?

        private enum CodingKeys: String, CodingKey {
            case digests = "diff_ids"
        }
    }
}

/// `manifest.json` of an archive by `docker save`.
struct DockerManifest: Codable, Sendable {
    var config: String
    var names: [String]?
    var layers: [String]

    private enum CodingKeys: String, CodingKey {
        case config = "Config"
        case names = "RepoTags"
        case layers = "Layers"
    }
}
