import ShimService
import Testing

struct TaskStateTests {
    private let exit = ProcessExit(pid: 7, status: 3)

    private func running() throws -> TaskState {
        var state = TaskState.creating(exit: nil)
        let answer1 = state.created()
        #expect(answer1 == nil)
        try state.beginStart()
        let answer2 = state.started()
        #expect(answer2 == nil)
        return state
    }

    @Test func aTaskRunsAndStops() throws {
        var state = try running()
        #expect(state == .running)
        let answer3 = state.exited(exit)
        #expect(answer3)
        #expect(state.exit == exit)
        let answer4 = try state.beginDelete()
        #expect(answer4 == exit)
    }

    @Test func anExitDuringCreateIsHeldBackUntilTheCreateIsAnswered() {
        var state = TaskState.creating(exit: nil)
        let answer5 = state.exited(exit)
        #expect(!answer5)
        #expect(state.exit == nil)
        let answer6 = state.created()
        #expect(answer6 == exit)
        #expect(state == .stopped(exit))
    }

    @Test func anExitDuringStartIsHeldBackUntilTheStartIsAnswered() throws {
        var state = TaskState.created
        try state.beginStart()
        let answer7 = state.exited(exit)
        #expect(!answer7)
        #expect(state.exit == nil)
        let answer8 = state.started()
        #expect(answer8 == exit)
        #expect(state == .stopped(exit))
    }

    @Test func aStartThatFailedLeavesTheTaskCreatedOrStopped() throws {
        var state = TaskState.created
        try state.beginStart()
        let answer9 = state.startFailed()
        #expect(answer9 == nil)
        #expect(state == .created)
        try state.beginStart()
        _ = state.exited(exit)
        let answer10 = state.startFailed()
        #expect(answer10 == exit)
        #expect(state == .stopped(exit))
    }

    @Test func aTaskThatIsKilledBeforeItsStartIsStopped() {
        var state = TaskState.created
        let answer11 = state.exited(exit)
        #expect(answer11)
        #expect(state == .stopped(exit))
    }

    @Test(arguments: [
        TaskState.starting(exit: nil), .running, .pausing, .paused, .resuming,
        .stopped(ProcessExit(pid: 1, status: 0)),
    ])
    func onlyACreatedTaskCanBeStarted(state: TaskState) {
        var state = state
        #expect(refusal { () throws(TaskError) in try state.beginStart() } == .failedPrecondition)
    }

    @Test(arguments: [TaskState.created, .starting(exit: nil), .running, .pausing, .paused, .resuming])
    func onlyAStoppedTaskCanBeDeleted(state: TaskState) {
        var state = state
        #expect(refusal { () throws(TaskError) in _ = try state.beginDelete() } == .failedPrecondition)
    }

    @Test func aDeleteThatFailedMayBeTriedAgain() throws {
        var state = TaskState.stopped(exit)
        _ = try state.beginDelete()
        #expect(refusal { () throws(TaskError) in _ = try state.beginDelete() } == .failedPrecondition)
        state.deleteFailed()
        let answer12 = try state.beginDelete()
        #expect(answer12 == exit)
    }

    @Test func killingAFinishedTaskSaysNotFound() {
        let state = TaskState.stopped(exit)
        let error = #expect(throws: TaskError.self) { try state.checkKill() }
        #expect(error?.code == .notFound)
        #expect(error?.message == "process already finished")
    }

    @Test func aCreatedTaskCanBeKilledAndUpdated() throws {
        try TaskState.created.checkKill()
        try TaskState.created.checkUpdate()
        try TaskState.paused.checkKill()
    }

    @Test func aTaskThatWasKilledWhilePausingStaysStopped() throws {
        var state = try running()
        try state.beginPause()
        let answer13 = state.exited(exit)
        #expect(answer13)
        let answer14 = state.settled(paused: true)
        #expect(!answer14)
        #expect(state == .stopped(exit))
    }

    @Test func pauseAndResumeGoBackAndForth() throws {
        var state = try running()
        try state.beginPause()
        let answer15 = state.settled(paused: true)
        #expect(answer15)
        #expect(refusal { () throws(TaskError) in try state.beginPause() } == .failedPrecondition)
        try state.beginResume()
        let answer16 = state.settled(paused: false)
        #expect(answer16)
        #expect(state == .running)
        #expect(refusal { () throws(TaskError) in try state.beginResume() } == .failedPrecondition)
    }

    private func refusal(_ body: () throws(TaskError) -> Void) -> TaskError.Code? {
        do {
            try body()
            return nil
        } catch {
            return error.code
        }
    }
}
