import Synchronization
import Testing

@testable import ShimService

struct ReaperTests {
    @Test func anExitThatCameBeforeItsClaimIsFoundByIt() {
        var ledger = ExitLedger<String>()
        ledger.openCreation()
        let answer1 = ledger.exited(ProcessExit(pid: 5, status: 1))
        #expect(answer1 == nil)
        let answer2 = ledger.claim(5, "five")
        #expect(answer2?.status == 1)
        #expect(!ledger.hasClaims)
    }

    @Test func aClaimIsToldOnce() {
        var ledger = ExitLedger<String>()
        ledger.openCreation()
        let answer3 = ledger.claim(5, "five")
        #expect(answer3 == nil)
        ledger.closeCreation()
        let answer4 = ledger.exited(ProcessExit(pid: 5, status: 1))
        #expect(answer4 == "five")
        let answer5 = ledger.exited(ProcessExit(pid: 5, status: 1))
        #expect(answer5 == nil)
    }

    @Test func unclaimedExitsAreForgottenWithTheLastCreation() {
        var ledger = ExitLedger<String>()
        ledger.openCreation()
        ledger.openCreation()
        _ = ledger.exited(ProcessExit(pid: 5, status: 1))
        ledger.closeCreation()
        _ = ledger.exited(ProcessExit(pid: 6, status: 2))
        let answer6 = ledger.claim(5, "five")
        #expect(answer6 != nil)
        ledger.closeCreation()
        let answer7 = ledger.claim(6, "six")
        #expect(answer7 == nil)
    }

    @Test func exitsOutsideOfCreationsAreNotKept() {
        var ledger = ExitLedger<String>()
        _ = ledger.exited(ProcessExit(pid: 5, status: 1))
        ledger.openCreation()
        let answer8 = ledger.claim(5, "five")
        #expect(answer8 == nil)
    }

    @Test func signalsCountFrom128() {
        #expect(ProcessExit(pid: 1, waitStatus: 9).status == 137)
        #expect(ProcessExit(pid: 1, waitStatus: 9 | 0x80).status == 137)
        #expect(ProcessExit(pid: 1, waitStatus: 3 << 8).status == 3)
    }

    @Test func theReaperTellsExitsThatComeEarlyAndLate() throws {
        let source = ScriptedChildren()
        let reaper = ChildReaper(source: source)
        let told = Monitored<[Int32: UInt32]>([:])
        try reaper.duringCreation {
            source.add(.exit(ProcessExit(pid: 10, status: 1)))
            source.waitUntilTaken()
            for pid in [10, 11] as [Int32] {
                reaper.claim(pid) { exit in told.update { $0[exit.pid] = exit.status } }
            }
        }
        source.add(.exit(ProcessExit(pid: 11, status: 2)))
        #expect(told.wait(timeout: .seconds(10)) { $0.count == 2 ? $0 : nil } == [10: 1, 11: 2])
        source.add(.end)
    }

    @Test func aReaperWithoutChildrenGoesOnWhenThereIsAClaim() throws {
        let source = ScriptedChildren()
        let reaper = ChildReaper(source: source)
        let told = Monitored<UInt32?>(nil)
        try reaper.duringCreation {
            source.add(.noChildren)
            source.waitUntilTaken()
            source.add(.exit(ProcessExit(pid: 10, status: 4)))
            reaper.claim(10) { exit in told.update { $0 = exit.status } }
        }
        #expect(told.wait(timeout: .seconds(10)) { $0 } == 4)
        source.add(.end)
    }
}

/// Children whose ends a test writes down.
private final class ScriptedChildren: ChildSource {
    private let events = Monitored<(pending: [ChildEvent], idle: Bool)>(([], false))

    func add(_ event: ChildEvent) {
        events.update { $0 = ($0.pending + [event], false) }
    }

    /// Blocks until the reaper has dealt with all events, and asks for another or sleeps.
    func waitUntilTaken() {
        _ = events.wait(timeout: .seconds(10)) { $0.pending.isEmpty ? true : nil }
    }

    func next() -> ChildEvent {
        events.wait { state in
            if state.pending.isEmpty { return nil }
            return state.pending.removeFirst()
        } ?? .end
    }
}
