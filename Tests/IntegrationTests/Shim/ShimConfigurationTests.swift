import Foundation
import TTRPC
import Testing

extension Integration {
    /// A `config.json` that is not what it should be: `start` or Create says which field, what was found, and leaves
    /// nothing.
    @Suite(.needsInstalledTree)
    struct ShimConfigurationTests {
        /// What a field is set to, and what the error says beside the field's name.
        struct Wrong: Sendable, CustomTestStringConvertible {
            /// Dotted; an element of an array by its number in brackets.
            var field: String
            /// JSON.
            var value: String
            /// How the error names the field, where that is more than `field`.
            var named: String?
            var found: String

            init(_ field: String, _ value: String, _ found: String, named: String? = nil) {
                (self.field, self.value, self.found, self.named) = (field, value, found, named)
            }

            var testDescription: String { "\(field) = \(value)" }
        }

        static let wrongTypes = [
            Wrong("ociVersion", "1", "a number"),
            Wrong("process", "[]", "an array"),
            Wrong("process.args", "\"/tool.wasm\"", "a string"),
            Wrong("process.args", "[\"/tool.wasm\", 1]", "a number", named: "process.args[1]"),
            Wrong("process.env", "{\"A\": \"b\"}", "an object"),
            Wrong("process.env", "[\"A=b\", null]", "null", named: "process.env[1]"),
            Wrong("process.cwd", "5", "a number"),
            Wrong("process.terminal", "\"yes\"", "a string"),
            Wrong("process.user", "\"root\"", "a string"),
            Wrong("process.user.uid", "-1", "-1"),
            Wrong("process.user.uid", "\"0\"", "a string"),
            Wrong("process.user.gid", "4294967296", "4294967296"),
            Wrong("process.user.additionalGids", "\"5\"", "a string"),
            Wrong("process.capabilities", "[\"CAP_KILL\"]", "an array"),
            Wrong("process.capabilities.bounding", "\"CAP_KILL\"", "a string"),
            Wrong("process.rlimits", "{}", "an object"),
            Wrong("process.rlimits[0].soft", "\"1024\"", "a string"),
            Wrong("process.noNewPrivileges", "1", "a number"),
            Wrong("process.oomScoreAdj", "1.5", "1.5"),
            Wrong("root", "\"rootfs\"", "a string"),
            Wrong("root.path", "5", "a number"),
            Wrong("root.readonly", "\"true\"", "a string"),
            Wrong("hostname", "5", "a number"),
            Wrong("mounts", "{}", "an object"),
            Wrong("mounts[0].destination", "null", "null"),
            Wrong("mounts[1].options", "\"ro\"", "a string"),
            Wrong("annotations", "[]", "an array"),
            Wrong("annotations", "{\"a\": 1}", "a number", named: "annotations.a"),
            Wrong("hooks", "[]", "an array"),
            Wrong("hooks", "{\"prestart\": {}}", "an object", named: "hooks.prestart"),
            Wrong("hooks", "{\"poststop\": [{\"path\": 1}]}", "a number", named: "hooks.poststop[0].path"),
            Wrong("linux", "\"linux\"", "a string"),
            Wrong("linux.namespaces", "{}", "an object"),
            Wrong("linux.namespaces[0].type", "\"nonsense\"", "nonsense"),
            Wrong("linux.cgroupsPath", "5", "a number"),
            Wrong("linux.maskedPaths", "\"/proc\"", "a string"),
            Wrong("linux.sysctl", "{\"kernel.msgmax\": 1}", "a number", named: "linux.sysctl"),
            Wrong("linux.uidMappings", "{}", "an object"),
            Wrong("linux.resources", "[]", "an array"),
            Wrong("linux.resources.memory", "{\"limit\": \"64M\"}", "a string", named: "linux.resources.memory.limit"),
            Wrong("linux.resources.cpu.shares", "-1", "-1"),
            Wrong("linux.resources.pids", "{\"limit\": 1.5}", "1.5", named: "linux.resources.pids.limit"),
            Wrong("linux.resources.devices[0].allow", "\"yes\"", "a string"),
            Wrong("linux.devices", "[{\"path\": \"/dev/x\"}]", "type", named: "linux.devices[0]"),
            Wrong("linux.seccomp", "\"unconfined\"", "a string"),
        ]

        static let wrongValues = [
            Wrong("process.args", "[]", "process.args"),
            Wrong("process.cwd", "\"relative\"", "relative"),
            Wrong("process.env", "[\"=b\"]", "=b", named: "process.env[0]"),
            Wrong("process.rlimits[0].type", "\"RLIMIT_NONSENSE\"", "RLIMIT_NONSENSE"),
            Wrong("process.rlimits[0].soft", "5000", "5000", named: "process.rlimits[0]"),
            Wrong("process.oomScoreAdj", "5000", "5000"),
            Wrong("mounts[6].type", "\"nonsense\"", "nonsense", named: "mounts[6]"),
            Wrong(
                "hooks", "{\"createRuntime\": [{\"path\": \"relative\"}]}", "relative",
                named: "hooks.createRuntime[0]"),
            Wrong(
                "hooks", "{\"startContainer\": [{\"path\": \"relative\"}]}", "relative",
                named: "hooks.startContainer[0]"),
            Wrong("linux.rootfsPropagation", "\"nonsense\"", "nonsense"),
            Wrong("linux.namespaces[0]", "{\"type\": \"ipc\"}", "ipc", named: "linux.namespaces"),
            Wrong("linux.namespaces[0].path", "\"/nowhere/ns\"", "/nowhere/ns"),
            Wrong("linux.sysctl", "{\"kernel.nonsense\": \"1\"}", "nonsense", named: "linux.sysctl"),
            Wrong("linux.devices", "[{\"path\": \"/dev/x\", \"type\": \"z\"}]", "z", named: "linux.devices[0].type"),
            Wrong(
                "linux.seccomp", "{\"defaultAction\": \"SCMP_ACT_NONSENSE\"}", "SCMP_ACT_NONSENSE",
                named: "linux.seccomp.defaultAction"),
            Wrong(
                "linux.seccomp",
                """
                {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["read"], "action": "nonsense"}]}
                """, "nonsense", named: "linux.seccomp.syscalls[0].action"),
            Wrong(
                "linux.seccomp", "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_Z80\"]}",
                "SCMP_ARCH_Z80", named: "linux.seccomp.architectures[0]"),
        ]

        @Test(arguments: wrongTypes + wrongValues) func aFieldIsRefusedByItsName(_ wrong: Wrong) async throws {
            try await refused(naming: [wrong.named ?? wrong.field, wrong.found]) { spec in
                let value = try JSONSerialization.jsonObject(with: Data(wrong.value.utf8), options: .fragmentsAllowed)
                spec = try #require(Self.setting(Self.steps(wrong.field), of: spec, to: value) as? [String: Any])
            }
        }

        @Test func aMissingFieldIsRefusedByItsName() async throws {
            try await refused(naming: ["process"]) { $0["process"] = nil }
            try await refused(naming: ["process.cwd"]) { spec in
                var process = try #require(spec["process"] as? [String: Any])
                process["cwd"] = nil
                spec["process"] = process
            }
        }

        @Test(arguments: ["", "{", "[]", "{\"ociVersion\": \"1.2.0\",}"]) func whatIsNoJSONIsRefused(
            text: String
        ) async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "exit", "0"])
                try Data(text.utf8).write(to: URL(filePath: "\(container.folder)/config.json"))
                let outcome = try pod.command("start", container.bundle)
                #expect(outcome.status != 0)
                #expect(outcome.words.contains("config.json"), "\(outcome.words)")
                #expect(outcome.words.split(separator: "\n").count == 1)
            }
        }

        private func refused(
            naming words: [String], _ edit: (inout [String: Any]) throws -> Void
        ) async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "exit", "0"], edit: edit)
                var said: String
                let outcome = try pod.command("start", container.bundle)
                if outcome.status != 0 {
                    said = outcome.words
                    #expect(outcome.answer.isEmpty)
                } else {
                    try await container.startShim()
                    let status = try await refusal { try await container.create() }
                    // What the kernel refused has no code of its own.
                    #expect([.invalidArgument, .failedPrecondition, .unknown].contains(status.code), "\(status)")
                    said = status.message
                    try await container.shutdown()
                }
                for word in words { #expect(said.contains(word), "no \(word) in: \(said)") }
                #expect(!said.contains("Error("), "no sentence: \(said)")
            }
        }

        /// `a[0].b` as `["a", 0, "b"]`.
        private static func steps(_ field: String) -> [any Sendable] {
            field.split(separator: ".").flatMap { part -> [any Sendable] in
                let words = part.split(separator: "[")
                return [String(words[0])] + words.dropFirst().compactMap { Int($0.dropLast()) }
            }
        }

        private static func setting(_ steps: [any Sendable], of json: Any, to value: Any) -> Any {
            guard let step = steps.first else { return value }
            let rest = Array(steps.dropFirst())
            if let index = step as? Int, var array = json as? [Any] {
                array[index] = setting(rest, of: array[index], to: value)
                return array
            }
            guard let key = step as? String else { return json }
            var object = json as? [String: Any] ?? [:]
            object[key] = setting(rest, of: object[key] ?? [String: Any](), to: value)
            return object
        }
    }
}
