import OCISpec
import ShimService
import Testing

struct ProcessLimitTests {
    @Test func theLimitOfProcessesWaitsAndTheOthersDoNot() {
        var resources = LinuxResources()
        resources.pids = PidsResources(limit: 1)
        resources.memory = MemoryResources()
        resources.memory?.limit = 1 << 20
        resources.unified = ["pids.max": "1", "memory.high": "5"]
        let (others, late) = resources.splittingProcessLimit()
        #expect(others.pids == nil && others.memory?.limit == 1 << 20 && others.unified == ["memory.high": "5"])
        #expect(late?.pids?.limit == 1 && late?.memory == nil && late?.unified == ["pids.max": "1"])
    }

    @Test func theEngineOfAGuestHasRoomForItsThreads() {
        var resources = LinuxResources()
        resources.pids = PidsResources(limit: 1)
        resources.unified = ["pids.max": "2"]
        #expect(resources.leavingRoomForEngine().pids?.limit == 8)
        #expect(resources.leavingRoomForEngine().unified == ["pids.max": "8"])
        resources.pids = PidsResources(limit: 20)
        resources.unified = ["pids.max": "max"]
        #expect(resources.leavingRoomForEngine() == resources)
        resources.pids = PidsResources(limit: 0)
        #expect(resources.leavingRoomForEngine() == resources)
    }

    @Test func withoutALimitNothingWaits() {
        var resources = LinuxResources()
        resources.pids = PidsResources(limit: 0)
        #expect(resources.splittingProcessLimit().ofProcesses == nil)
        #expect(LinuxResources().splittingProcessLimit().ofProcesses == nil)
    }
}
