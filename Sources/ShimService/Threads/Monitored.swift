internal import Glibc

/// A value that threads change under a lock, and that other threads block on until it is as they need it.
///
/// For what `Synchronization.Mutex` lacks: waiting. Never from the event loop.
package final class Monitored<Value: Sendable>: @unchecked Sendable {
    // Sendable because `value` is read and written under `mutex` alone.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var value: Value

    package init(_ value: Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Changes the value, and has the waiting threads look at it.
    package func update<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(condition)
            pthread_mutex_unlock(mutex)
        }
        return try body(&value)
    }

    /// Blocks until `body`, which is asked at once and after each change, answers something. It may change the value
    /// when it answers.
    ///
    /// - Parameter timeout: how long at most; nil is for ever.
    /// - Returns: nil when the time ran out.
    package func wait<Result>(timeout: Duration? = nil, _ body: (inout Value) -> Result?) -> Result? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var deadline = timeout.map(timespec.init(monotonicAfter:))
        while true {
            if let result = body(&value) {
                pthread_cond_broadcast(condition)
                return result
            }
            if deadline == nil {
                pthread_cond_wait(condition, mutex)
            } else if pthread_cond_timedwait(condition, mutex, &deadline!) == ETIMEDOUT {
                return body(&value)
            }
        }
    }
}

extension timespec {
    /// So long after now, on the monotonic clock.
    fileprivate init(monotonicAfter duration: Duration) {
        self.init()
        clock_gettime(CLOCK_MONOTONIC, &self)
        let (seconds, attoseconds) = duration.components
        let nanoseconds = tv_nsec + Int(attoseconds / 1_000_000_000)
        tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
        tv_nsec = nanoseconds % 1_000_000_000
    }
}
