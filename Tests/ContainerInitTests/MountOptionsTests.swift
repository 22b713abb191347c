import ContainerInit
import LinuxSystem
import OCISpec
import Testing

@Suite struct MountOptionsTests {
    @Test func whatIsToldOfOptionsIsWhatIsKnown() {
        #expect(MountOptions.names == Set(MountOptionNames.all))
        #expect(MountOptions(MountOptionNames.all).data == [])
    }

    @Test func flagsAndDataAreToldApart() {
        let options = MountOptions(["nosuid", "mode=755", "ro", "size=65536k", "noexec"])
        #expect(options.flags == [.noSUID, .readOnly, .noExec])
        #expect(options.joinedData == "mode=755,size=65536k")
    }

    @Test func theLastWordOnAFlagHolds() {
        let first = MountOptions(["ro", "rw"])
        #expect(first.flags == [] && first.cleared == .readOnly)
        let second = MountOptions(["rw", "ro"])
        #expect(second.flags == .readOnly && second.cleared == [])
    }

    @Test func recursiveBindIsBindAndRecursive() {
        #expect(MountOptions(["rbind", "rprivate"]).flags == [.bind, .recursive])
        #expect(MountOptions(["rbind", "rprivate"]).propagation == [[.private, .recursive]])
    }

    @Test func recursiveOptionsAreAttributesOfAllBelow() {
        let options = MountOptions(["rro", "rnosuid", "rdev"])
        #expect(options.recursiveSet == [.readOnly, .noSUID])
        #expect(options.recursiveCleared == .noDevices)
        #expect(options.flags == [] && options.data == [])
    }

    @Test func recursiveAccessTimeClearsTheWholeField() {
        let options = MountOptions(["rnoatime"])
        #expect(options.recursiveSet == .noAccessTime)
        #expect(options.recursiveCleared == .accessTime)
    }

    @Test func relatimeIsAFlagAndNotTheRecursiveFormOfAnother() {
        #expect(MountOptions(["relatime"]).flags == .relatime)
        #expect(MountOptions(["rrelatime"]).recursiveCleared == .accessTime)
    }

    @Test func unknownOptionsGoToTheFilesystem() {
        #expect(MountOptions(["lowerdir=/a:/b", "rubbish"]).data == ["lowerdir=/a:/b", "rubbish"])
    }

    @Test func idmapsAreKnown() {
        #expect(MountOptions(["rbind", "idmap"]).idMap == .one)
        #expect(MountOptions(["rbind", "ridmap"]).idMap == .recursive)
        #expect(MountOptions(["tmpcopyup"]).copiesUp)
    }
}
