package import NIOCore

/// A connection's alarm, which is set anew for each request and hardly ever rings: setting it costs next to nothing,
/// as what the event loop keeps is one task, which looks, when its time comes, whether the alarm's has come too. Of the
/// event loop.
package final class Alarm {
    private let eventLoop: any EventLoop
    private let ring: () -> Void
    private var due: NIODeadline?
    private var task: (at: NIODeadline, scheduled: Scheduled<Void>)?

    package init(eventLoop: any EventLoop, ring: @escaping () -> Void) {
        self.eventLoop = eventLoop
        self.ring = ring
    }

    /// Rings once, then; whatever was set before is forgotten.
    package func set(at time: NIODeadline) {
        due = time
        if let task, task.at <= time { return }
        task?.scheduled.cancel()
        schedule(at: time)
    }

    package func silence() {
        due = nil
    }

    /// Lets go of the event loop, which else keeps the alarm until its task's time.
    package func end() {
        due = nil
        task?.scheduled.cancel()
        task = nil
    }

    private func schedule(at time: NIODeadline) {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        task = (time, eventLoop.scheduleTask(deadline: time) { bound.value.taskIsDue() })
    }

    private func taskIsDue() {
        task = nil
        guard let due else { return }
        if due > eventLoop.now { return schedule(at: due) }
        self.due = nil
        ring()
    }
}
