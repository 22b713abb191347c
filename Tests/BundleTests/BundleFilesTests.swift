import Glibc
import OCISpec
import Testing

@testable import Bundle

@Suite struct BundleFilesTests {
    let scratch: Scratch
    let bundle: Bundle

    init() throws {
        scratch = try Scratch()
        bundle = try Bundle(path: scratch.path)
    }

    @Test func aRelativeBundleIsRefused() {
        #expect(throws: BundleError.self) { try Bundle(path: "run/x") }
    }

    @Test func aConfigIsReadWithItsIdentity() throws {
        try scratch.write("config.json", #"{"ociVersion": "1.2.0", "hostname": "a"}"#)
        let first = try bundle.loadConfig()
        #expect(first.spec.hostname == "a")
        #expect(first.identity.size == 40)
    }

    @Test func anUnchangedConfigIsNotReadAgain() throws {
        try scratch.write("config.json", #"{"ociVersion": "1.2.0", "hostname": "a"}"#)
        let first = try bundle.loadConfig()
        var marked = first.spec
        marked.hostname = "kept"
        let kept = LoadedConfig(spec: marked, identity: first.identity)
        #expect(try bundle.loadConfig(unlessSameAs: kept).spec.hostname == "kept")

        try scratch.write("config.json", #"{"ociVersion": "1.2.0", "hostname": "bc"}"#)
        #expect(try bundle.loadConfig(unlessSameAs: kept).spec.hostname == "bc")
    }

    @Test func aMissingConfigIsNamed() throws {
        let error = try #require(throws: BundleError.self) { try bundle.loadConfig() }
        #expect(error.code == .notFound)
        #expect(error.path == "\(scratch.path)/config.json")
    }

    @Test func aWrongTypeNamesTheFileAndTheField() throws {
        try scratch.write("config.json", #"{"ociVersion": "1.2.0", "hostname": 5}"#)
        let error = try #require(throws: SpecError.self) { try bundle.loadConfig() }
        #expect(error.description == "\(scratch.path)/config.json: hostname: expected a string, found a number")
    }

    @Test func aConfigThatIsAFIFOOrAFolderIsRefusedAtOnce() throws {
        mkfifo("\(scratch.path)/config.json", 0o600)
        #expect(try #require(throws: BundleError.self) { try bundle.loadConfig() }.code == .notRegular)
        unlink("\(scratch.path)/config.json")
        try scratch.folder("config.json")
        #expect(try #require(throws: BundleError.self) { try bundle.loadConfig() }.code == .notRegular)
    }

    @Test func aConfigAboveTheLimitIsRefusedUnread() throws {
        try scratch.write("config.json", "")
        truncate("\(scratch.path)/config.json", off_t(Bundle.largestConfig) + 1)
        #expect(try #require(throws: BundleError.self) { try bundle.loadConfig() }.code == .tooLarge)
    }

    @Test func aFileIsReplacedWholeAndLeavesNoTemporary() throws {
        try bundle.write("unix:///run/long-name", to: .address)
        try bundle.write("unix:///run/a", to: .address)
        #expect(try bundle.read(.address) == "unix:///run/a")
        #expect(scratch.names() == ["address"])
    }

    @Test func aFileThatCannotBeWrittenIsNamedAndLeavesNoTemporary() throws {
        try scratch.folder("address")
        let error = try #require(throws: BundleError.self) { try bundle.write("x", to: .address) }
        #expect(error.path == "\(scratch.path)/address")
        #expect(scratch.names() == ["address"])
    }

    @Test func anAbsentFileReadsAsNil() throws {
        #expect(try bundle.read(.address) == nil)
        #expect(try bundle.readPid(.initPid) == nil)
        #expect(try bundle.readExitRecord() == nil)
    }

    @Test(arguments: ["", "0", "-1", "12x", "99999999999"])
    func aPidFileWithoutAPidIsMalformed(text: String) throws {
        try scratch.write("init.pid", text)
        #expect(try #require(throws: BundleError.self) { try bundle.readPid(.initPid) }.code == .malformed)
    }

    @Test func anExitRecordComesBack() throws {
        let record = ExitRecord(pid: 42, status: 137, seconds: 1_700_000_000, nanoseconds: 999_999_999)
        try bundle.write(record)
        #expect(try bundle.readExitRecord() == record)
    }

    @Test(arguments: ["", "1 2 3", "1 2 3 4 5", "1 -2 3 4", "1 2 3 1000000000", "a b c d"])
    func aBadExitRecordIsMalformed(text: String) throws {
        try scratch.write("exit-status", text)
        #expect(try #require(throws: BundleError.self) { try bundle.readExitRecord() }.code == .malformed)
    }

    @Test func theRootFilesystemIsRelativeToTheBundle() {
        var spec = Spec()
        #expect(bundle.rootfs(of: spec) == "\(scratch.path)/rootfs")
        spec.root = Root(path: "tree")
        #expect(bundle.rootfs(of: spec) == "\(scratch.path)/tree")
        spec.root = Root(path: "/srv/tree")
        #expect(bundle.rootfs(of: spec) == "/srv/tree")
    }

    @Test func theGroupIsTheFirstAnnotationThatNamesOne() {
        var spec = Spec()
        #expect(spec.shimGroup(id: "c") == "c")
        spec.annotations = ["io.kubernetes.cri.sandbox-id": "pod"]
        #expect(spec.shimGroup(id: "c") == "pod")
        spec.annotations?["io.containerd.runc.v2.group"] = "group"
        #expect(spec.shimGroup(id: "c") == "group")
        spec.annotations?["io.containerd.runc.v2.group"] = ""
        #expect(spec.shimGroup(id: "c") == "pod")
    }
}
