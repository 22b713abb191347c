/// The configuration of a container: `config.json` of a bundle.
///
/// Pure data with the field names of the OCI runtime specification 1.2 (config.md, config-linux.md); what the
/// specification leaves out on other platforms is left out here too. A field that is absent is nil; unknown fields
/// are passed over, as the specification asks of a runtime (config.md, "Extensibility").
package struct Spec: Codable, Hashable, Sendable {
    package var ociVersion: String
    package var process: Process?
    package var root: Root?
    package var hostname: String?
    package var domainname: String?
    package var mounts: [Mount]?
    package var hooks: Hooks?
    package var annotations: [String: String]?
    package var linux: Linux?

    package init(ociVersion: String = "1.2.0") {
        self.ociVersion = ociVersion
    }
}

/// The root filesystem (config.md, "Root").
package struct Root: Codable, Hashable, Sendable {
    /// Absolute, or relative to the bundle.
    package var path: String
    package var readonly: Bool?

    package init(path: String, readonly: Bool? = nil) {
        self.path = path
        self.readonly = readonly
    }
}

/// A mount inside the container (config.md, "Mounts").
package struct Mount: Codable, Hashable, Sendable {
    package var destination: String
    package var type: String?
    package var source: String?
    package var options: [String]?
    /// For an idmapped mount, with `idmap` or `ridmap` among the options.
    package var uidMappings: [IDMapping]?
    package var gidMappings: [IDMapping]?

    package init(destination: String, type: String? = nil, source: String? = nil, options: [String]? = nil) {
        self.destination = destination
        self.type = type
        self.source = source
        self.options = options
    }
}

/// A range of ids inside a user namespace and the host ids that it stands for (user_namespaces(7)).
package struct IDMapping: Codable, Hashable, Sendable {
    package var containerID: UInt32
    package var hostID: UInt32
    package var size: UInt32

    package init(containerID: UInt32, hostID: UInt32, size: UInt32) {
        self.containerID = containerID
        self.hostID = hostID
        self.size = size
    }
}
