import Glibc
import Testing

@testable import LinuxSystem

struct ProcessStatTests {
    private static let rest = "1 2 3 4 5 4 7 8 9 10 11 12 13 14 15 16 17 18 4711 20"

    @Test func aProcessMayBeCalledAnything() {
        for name in ["plain", "a) b ) S 1", "", "("] {
            let stat = ProcessStat("7 (\(name)) S \(Self.rest)")
            #expect(stat?.startTicks == 4711 && stat?.state == "S", "\(name)")
        }
        #expect(ProcessStat("7 (cut) S 1") == nil)
        #expect(ProcessStat("nothing") == nil)
    }

    @Test func whatEndsIsKnownByItsStateAndItsFlags() {
        func isEnding(_ state: String, flags: UInt32) -> Bool? {
            ProcessStat("7 (a) \(state) 1 2 3 4 5 \(flags) 7 8 9 10 11 12 13 14 15 16 17 18 4711 20")?.isEnding
        }
        #expect(isEnding("S", flags: 0x40_0000) == false)
        #expect(isEnding("R", flags: 0x40_0004) == true)
        #expect(isEnding("Z", flags: 0) == true)
    }

    @Test func thisProcessLivesAndTheLastPidIsNobodys() {
        #expect(ProcessStat(pid: getpid())?.isEnding == false)
        #expect(ProcessStat(pid: .max) == nil)
    }
}
