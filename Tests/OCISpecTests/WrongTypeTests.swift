import OCISpec
import Testing

/// A field, what is put there as JSON, and what is said of it.
typealias WrongField = (place: String, json: String, message: String)

private let wrongFields: [WrongField] = [
    ("ociVersion", "1", "expected a string, found a number"),
    ("process", "[]", "expected an object, found an array"),
    ("process.terminal", "\"yes\"", "expected true or false, found a string"),
    ("process.consoleSize.height", "65536", "expected a whole number from 0 to 65535, found 65536"),
    ("process.user", "\"root\"", "expected an object, found a string"),
    ("process.user.uid", "-1", "expected a whole number from 0 to 4294967295, found -1"),
    ("process.user.gid", "\"0\"", "expected a whole number, found a string"),
    ("process.user.additionalGids", "0", "expected an array, found a number"),
    ("process.args", "\"/hello.wasm\"", "expected an array, found a string"),
    ("process.args[1]", "2", "expected a string, found a number"),
    ("process.env", "{}", "expected an array, found an object"),
    ("process.cwd", "null", "expected a string, found null"),
    ("process.capabilities", "[]", "expected an object, found an array"),
    ("process.capabilities.bounding[0]", "7", "expected a string, found a number"),
    ("process.rlimits[0].soft", "1.5", "expected a whole number from 0 to 18446744073709551615, found 1.5"),
    ("process.rlimits[0].hard", "1e3", "expected a whole number from 0 to 18446744073709551615, found 1e3"),
    ("process.noNewPrivileges", "1", "expected true or false, found a number"),
    ("process.oomScoreAdj", "true", "expected a whole number, found true"),
    ("root", "\"rootfs\"", "expected an object, found a string"),
    ("root.path", "[]", "expected a string, found an array"),
    ("root.readonly", "\"true\"", "expected true or false, found a string"),
    ("hostname", "{}", "expected a string, found an object"),
    ("mounts", "{}", "expected an array, found an object"),
    ("mounts[0]", "\"/proc\"", "expected an object, found a string"),
    ("mounts[0].destination", "false", "expected a string, found false"),
    ("mounts[0].options", "\"ro\"", "expected an array, found a string"),
    ("hooks", "[]", "expected an object, found an array"),
    ("hooks.createRuntime[0].timeout", "\"5\"", "expected a whole number, found a string"),
    ("annotations", "[]", "expected an object, found an array"),
    ("annotations.key", "1", "expected a string, found a number"),
    ("linux", "1", "expected an object, found a number"),
    ("linux.resources.memory.limit", "\"1G\"", "expected a whole number, found a string"),
    (
        "linux.resources.memory.limit", "9223372036854775808",
        "expected a whole number from -9223372036854775808 to 9223372036854775807, found 9223372036854775808"
    ),
    ("linux.resources.cpu.shares", "-2", "expected a whole number from 0 to 18446744073709551615, found -2"),
    (
        "linux.namespaces[0].type", "\"net\"",
        "found net; expected one of pid, network, mount, ipc, uts, user, cgroup, time"
    ),
    ("linux.devices[0].major", "{}", "expected a whole number, found an object"),
    ("linux.seccomp", "\"unconfined\"", "expected an object, found a string"),
    ("linux.seccomp.syscalls[0].names", "\"read\"", "expected an array, found a string"),
    (
        "linux.seccomp.syscalls[0].args[0].value", "-1",
        "expected a whole number from 0 to 18446744073709551615, found -1"
    ),
    ("linux.timeOffsets.monotonic.secs", "\"1\"", "expected a whole number, found a string"),
]

@Suite struct WrongTypeTests {
    @Test(arguments: wrongFields.map { Wrong($0) })
    func theFieldIsNamedWithWhatWasFoundAndWhatWouldBeRight(wrong: Wrong) throws {
        let error = try #require(throws: SpecError.self) { try Spec.decode(wrong.document.utf8, file: "config.json") }
        #expect(error.description == "config.json: \(wrong.place): \(wrong.message)")
    }

    @Test func aMissingFieldIsNamed() throws {
        for (json, field) in [
            ("{}", "ociVersion"), (#"{"ociVersion": "1", "root": {}}"#, "root.path"),
            (#"{"ociVersion": "1", "mounts": [{"destination": "/"}, {}]}"#, "mounts[1].destination"),
        ] {
            let error = try #require(throws: SpecError.self) { try Spec.decode(json.utf8, file: nil) }
            #expect(error == SpecError(.missing, field: field, "the field is missing; it is required"))
        }
    }
}

/// A document that is right but for one field.
struct Wrong: Sendable, CustomTestStringConvertible {
    let place: String
    let message: String
    let document: String

    var testDescription: String { "\(place): \(message)" }

    init(_ field: WrongField) {
        place = field.place
        message = field.message
        // Around the wrong value, the objects and arrays that lead to it, with what they require beside it.
        var json = field.json
        let steps = field.place.split(separator: ".").flatMap { step -> [String] in
            let parts = step.split(whereSeparator: { $0 == "[" || $0 == "]" }).map(String.init)
            return [parts[0]] + parts.dropFirst().map { "[\($0)" }
        }
        for (depth, step) in steps.enumerated().reversed() {
            if step.hasPrefix("[") {
                let before = Array(repeating: "\"x\"", count: Int(step.dropFirst()) ?? 0)
                json = "[\((before + [json]).joined(separator: ", "))]"
            } else {
                json = "{\(Self.required(beside: step, in: steps[..<depth]))\"\(step)\": \(json)}"
            }
        }
        document = json
    }

    private static func required(beside key: String, in parents: ArraySlice<String>) -> String {
        let all: [String: [(String, String)]] = [
            "": [("ociVersion", "\"1.2.0\"")], "process": [("cwd", "\"/\"")], "user": [("uid", "0"), ("gid", "0")],
            "consoleSize": [("height", "1"), ("width", "1")],
            "rlimits": [("type", "\"RLIMIT_NOFILE\""), ("soft", "1"), ("hard", "1")],
            "root": [("path", "\"rootfs\"")], "mounts": [("destination", "\"/\"")],
            "createRuntime": [("path", "\"/bin/x\"")], "devices": [("type", "\"c\""), ("path", "\"/dev/x\"")],
            "seccomp": [("defaultAction", "\"SCMP_ACT_ALLOW\"")],
            "syscalls": [("names", "[\"read\"]"), ("action", "\"SCMP_ACT_ALLOW\"")],
            "args": [("index", "0"), ("value", "0"), ("op", "\"SCMP_CMP_EQ\"")],
        ]
        let parent = parents.last { !$0.hasPrefix("[") } ?? ""
        return (all[parent] ?? []).filter { $0.0 != key }.map { "\"\($0.0)\": \($0.1), " }.joined()
    }
}
