import Foundation

/// The pod of a manifest of Kubernetes, be it a Pod or the template of something that makes pods: the fields that the
/// examples have.
struct PodManifest: Sendable {
    struct Spec: Decodable, Sendable {
        struct SecurityContext: Decodable, Sendable { var runAsUser: Int64? }
        struct Volume: Decodable, Sendable { var name: String }

        var runtimeClassName: String
        var restartPolicy: String?
        var securityContext: SecurityContext?
        var initContainers: [Container]?
        var containers: [Container]
        var volumes: [Volume]?
    }

    struct Container: Decodable, Sendable {
        struct VolumeMount: Decodable, Sendable {
            var name: String
            var mountPath: String
            var readOnly: Bool?
        }
        struct Resources: Decodable, Sendable { var limits: [String: String]? }
        struct SecurityContext: Decodable, Sendable {
            struct Capabilities: Decodable, Sendable { var drop: [String]? }
            var allowPrivilegeEscalation: Bool?
            var readOnlyRootFilesystem: Bool?
            var capabilities: Capabilities?
        }

        var name: String
        var image: String
        var args: [String]?
        var volumeMounts: [VolumeMount]?
        var resources: Resources?
        var securityContext: SecurityContext?

        /// In bytes; 0 is none. The examples count in Mi.
        var memoryLimit: Int64 {
            guard let limit = resources?.limits?["memory"], limit.hasSuffix("Mi") else { return 0 }
            return (Int64(limit.dropLast(2)) ?? 0) << 20
        }
    }

    private struct Metadata: Decodable { var annotations: [String: String]? }

    private struct Template: Decodable {
        var metadata: Metadata?
        var spec: Spec
    }

    private struct Owner: Decodable {
        struct Inner: Decodable { var template: Template }
        struct Job: Decodable { var spec: Inner }
        struct OwnerSpec: Decodable {
            var template: Template?
            var jobTemplate: Job?
        }
        var spec: OwnerSpec
    }

    let annotations: [String: String]
    let spec: Spec

    /// Reads the one document of a file.
    static func read(_ path: String) async throws -> PodManifest {
        let script = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)"
        let outcome = try await Command(
            "/usr/bin/python3", ["-c", script, path], environment: ["PATH": "/usr/bin:/bin"]
        ).outcome()
        guard outcome.status == 0 else { throw FixtureError(description: "\(path): \(outcome.stderr)") }
        let data = Data(outcome.stdout.utf8)
        let owner = try JSONDecoder().decode(Owner.self, from: data)
        let template =
            try owner.spec.jobTemplate?.spec.template ?? owner.spec.template
            ?? JSONDecoder().decode(Template.self, from: data)
        return PodManifest(annotations: template.metadata?.annotations ?? [:], spec: template.spec)
    }
}
