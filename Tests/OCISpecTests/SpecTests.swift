import FoundationEssentials
import OCISpec
import Testing

@Suite struct SpecTests {
    @Test func theFieldsOfACtrConfigurationAreRead() throws {
        let spec = try Spec.decode(Fixtures.ctr.utf8, file: nil)
        #expect(spec.process?.args == ["/hello.wasm", "a b"])
        #expect(spec.process?.user?.additionalGids == [0, 1, 2])
        #expect(spec.process?.capabilities?.bounding == ["CAP_CHOWN", "CAP_KILL"])
        #expect(spec.process?.capabilities?.ambient == nil)
        #expect(spec.process?.rlimits == [ResourceLimit(type: "RLIMIT_NOFILE", soft: 1024, hard: 1024)])
        #expect(spec.mounts?.last?.options == ["mode=755", "size=65536k"])
        #expect(spec.linux?.namespaces?.map(\.type) == [.pid, .ipc, .uts, .mount, .network])
        #expect(spec.linux?.resources?.devices?.first?.allow == false)
    }

    @Test func theFieldsOfACRIConfigurationAreRead() throws {
        let spec = try Spec.decode(Fixtures.cri.utf8, file: nil)
        #expect(spec.process?.consoleSize == ConsoleSize(height: 24, width: 80))
        #expect(spec.process?.oomScoreAdj == -997)
        #expect(spec.annotations?["io.kubernetes.cri.sandbox-id"] == "s1")
        #expect(spec.linux?.resources?.memory?.swap == -1)
        #expect(spec.linux?.resources?.hugepageLimits?.first?.limit == .max)
        #expect(spec.linux?.seccomp?.syscalls?.last?.args?.first?.value == 2_114_060_288)
        #expect(spec.linux?.timeOffsets?["monotonic"]?.secs == -5)
        #expect(spec.hooks?.createRuntime?.first?.timeout == 5)
    }

    @Test(arguments: [Fixtures.ctr, Fixtures.cri])
    func whatIsReadComesBackAsItWas(json: String) throws {
        let spec = try Spec.decode(json.utf8, file: nil)
        #expect(try Spec.decode(try JSONEncoder().encode(spec), file: nil) == spec)
        // Nothing that the fixture says is lost: each of its leaves is in what we write.
        let written = try JSONDecoder().decode(Leaves.self, from: try JSONEncoder().encode(spec))
        let given = try JSONDecoder().decode(Leaves.self, from: Data(json.utf8))
        #expect(written.paths == given.paths)
    }

    @Test func unknownFieldsAndNullsArePassedOver() throws {
        let spec = try Spec.decode(
            #"{"ociVersion": "1.2.0", "solaris": {"x": 1}, "hostname": null, "process": null}"#.utf8, file: nil)
        #expect(spec == Spec(ociVersion: "1.2.0"))
    }
}

/// The paths of all values in a document.
private struct Leaves: Decodable {
    var paths: Set<String> = []

    init(from decoder: any Decoder) throws {
        if let object = try? decoder.singleValueContainer().decode([String: Leaves].self) {
            for (key, value) in object { paths.formUnion(value.paths.map { "\(key).\($0)" } + [key]) }
        } else if let array = try? decoder.singleValueContainer().decode([Leaves].self) {
            for (index, value) in array.enumerated() {
                paths.formUnion(value.paths.map { "\(index).\($0)" } + ["\(index)"])
            }
        }
    }
}
