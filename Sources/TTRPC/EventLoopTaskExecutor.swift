package import NIOCore

/// Runs Swift tasks on one NIO event loop.
///
/// A task started with `Task(executorPreference:)` on it, and what that task awaits outside of custom actors, runs on
/// the loop's thread, so a process that has one loop has one thread and never starts libdispatch's pool.
/// `Task.sleep` is the exception, it goes through libdispatch: use the loop's `scheduleTask`.
/// Whatever runs here must not block.
package final class EventLoopTaskExecutor: TaskExecutor, Sendable {
    /// The loop that the tasks run on.
    package let eventLoop: any EventLoop

    /// An executor for the loop; several for one loop do no harm.
    package init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.eventLoop.execute {
            job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }
}
