import LinuxSystem
import Testing

@Suite struct CapabilityTests {
    @Test func namesStandForTheKernelsNumbers() {
        #expect(CapabilitySet(name: "CAP_CHOWN")?.rawValue == 1)
        #expect(CapabilitySet(name: "CAP_SYS_ADMIN")?.rawValue == 1 << 21)
        #expect(CapabilitySet(name: "CAP_CHECKPOINT_RESTORE")?.rawValue == 1 << 40)
        #expect(CapabilitySet(name: "CAP_NONE") == nil)
    }

    @Test func aSetSaysItsNames() {
        #expect(CapabilitySet(rawValue: 1 << 5 | 1 << 40).names == ["CAP_KILL", "CAP_CHECKPOINT_RESTORE"])
    }

    @Test func limitsAreKnownByTheirNames() {
        #expect(LimitedResource(name: "RLIMIT_NOFILE") == .openFiles)
        #expect(LimitedResource(name: "RLIMIT_RTTIME")?.rawValue == 15)
        #expect(LimitedResource(name: "NOFILE") == nil)
    }
}
