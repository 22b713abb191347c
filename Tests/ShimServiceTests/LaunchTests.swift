import Glibc
import LinuxSystem
import Logging
import OCISpec
import Testing

@testable import ShimService

struct LaunchTests {
    @Test func mountOptionsAreSortedIntoFlagsAndData() throws {
        let options = RootfsMountOptions([
            "rbind", "ro", "nosuid", "rw", "rprivate", "index=off", "defaults", "lowerdir=/a:/b",
        ])
        #expect(options.flags == [.bind, .recursive, .noSUID])
        #expect(options.propagation == [.private, .recursive])
        #expect(try options.data(limit: 4096).0 == "index=off,lowerdir=/a:/b")
        #expect(RootfsMountOptions(["loop"]).unsupported == "loop")
    }

    @Test func idsOfAUserNamespaceAreNoOptionOfTheFilesystem() throws {
        let options = RootfsMountOptions([
            "uidmap=0:1000:10,10:5000:1", "gidmap=0:2000:10", "lowerdir=/a:/b", "upperdir=/u",
        ])
        #expect(options.idMaps == .init(uids: "0 1000 10\n10 5000 1\n", gids: "0 2000 10\n"))
        #expect(options.lowerLayers == ["/a", "/b"])
        #expect(try options.replacingLowerLayers(["/x", "/y"]).data(limit: 4096).0 == "lowerdir=/x:/y,upperdir=/u")
        #expect(RootfsMountOptions(["uidmap=0:1000:10"]).idMaps == nil)
    }

    @Test func anOverlayOfManyLayersFitsIntoAPage() throws {
        let folder = try TemporaryFolder()
        let layers = (0..<60).map { "\(folder.path)/\($0)/" + String(repeating: "f", count: 60) }
        let options = RootfsMountOptions(["lowerdir=" + layers.joined(separator: ":"), "upperdir=/u"])
        let (data, held) = try options.data(limit: 5000)
        let descriptor = try #require(held).descriptor.raw
        #expect(data.utf8.count < 5000)
        #expect(data.hasPrefix("lowerdir=/proc/self/fd/\(descriptor)/0/fff"))
        #expect(data.hasSuffix(",upperdir=/u"))
    }

    @Test func theSharedFolderOfLayersIsWhole() {
        #expect(RootfsMountOptions.commonFolder(of: ["/a/b/12/fs", "/a/b/1/fs"]) == "/a/b")
        #expect(RootfsMountOptions.commonFolder(of: ["/a/x", "/b/x"]) == "/")
    }

    @Test func theGuestGetsLessThanItsCgroup() throws {
        #expect(GuestMemory.limit(ofCgroup: nil) == nil)
        #expect(GuestMemory.limit(ofCgroup: 128 << 20) == 120 << 20)
        #expect(GuestMemory.limit(ofCgroup: 16 << 20) == 12 << 20)
        #expect(GuestMemory.limit(ofCgroup: 4 << 20) == 2 << 20)
        #expect(GuestMemory.limit(ofCgroup: 4 << 30) == (4 << 30) - (64 << 20))
    }

    @Test func theEngineIsLookedForBesideTheShimAndInLibexec() throws {
        let folder = try TemporaryFolder()
        mkdir(folder.file("bin"), 0o755)
        let error = #expect(throws: TaskError.self) { try EngineLocation.find(besideShim: folder.file("bin/shim")) }
        #expect("\(error!)".contains(folder.file("libexec/martlet/martlet-engine")))
        mkdir(folder.file("libexec"), 0o755)
        mkdir(folder.file("libexec/martlet"), 0o755)
        for place in ["libexec/martlet/martlet-engine", "bin/martlet-engine"] {
            try folder.write("", to: place)
            chmod(folder.file(place), 0o755)
            #expect(try EngineLocation.find(besideShim: folder.file("bin/shim")) == folder.file(place))
        }
    }

    @Test func userMappingsAreWrittenLineByLine() throws {
        let mappings = [
            IDMapping(containerID: 0, hostID: 1000, size: 1), IDMapping(containerID: 1, hostID: 5000, size: 10),
        ]
        #expect(try UserMapping.map(mappings, field: "f") == "0 1000 1\n1 5000 10\n")
        #expect(throws: SpecError.self) { try UserMapping.map([], field: "linux.uidMappings") }
    }

    @Test func logLinesCannotBeForged() {
        let line = LogfmtHandler.line(
            level: .warning, message: "a \"b\"\nlevel=info", metadata: ["id": "c1", "error": "two words"],
            time: timespec(tv_sec: 1_700_000_000, tv_nsec: 5))
        #expect(
            line == "time=\"2023-11-14T22:13:20.000000005Z\" level=warning msg=\"a \\\"b\\\"\\nlevel=info\""
                + " error=\"two words\" id=c1\n")
    }
}
