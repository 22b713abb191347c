import Glibc
import LinuxSystem
import Testing

@Suite struct SharedCounterTests {
    @Test func anotherProcessSeesWhatWasCounted() async throws {
        let counter = try SharedCounter("martlet-test-counter")
        #expect(SharedCounter.read("martlet-test-other", ofProcess: getpid()) == nil)
        // Whose mappings can be opened takes a privilege that tests may not have.
        guard let before = SharedCounter.read("martlet-test-counter", ofProcess: getpid()) else {
            #expect(geteuid() != 0)
            return
        }
        #expect(before == 0)
        counter.add(3)
        counter.add(1 << 40)
        #expect(SharedCounter.read("martlet-test-counter", ofProcess: getpid()) == (1 << 40) + 3)
    }

    @Test func aProcessThatIsGoneHasNone() {
        #expect(SharedCounter.read("martlet-test-counter", ofProcess: 0x7fff_fffe) == nil)
    }
}
