internal import Glibc
internal import NIOCore

/// The threads that run guests, each one request at a time.
///
/// There are as many as processors at first, without those whose guests are known to wait. Of others nobody knows it, so
/// more are started, too, when requests wait and none was finished for a few milliseconds. One that has had nothing to do
/// for a while ends; and so does one of more than processors whose guest never waited: threads that all compute only take
/// turns. A thread of its own, the ticker, looks after that while there is something to do, begins the responses that are
/// not finished soon, and begins a new epoch of the engine each ``epochMilliseconds``.
package final class WorkerPool: @unchecked Sendable {
    package static let epochMilliseconds: Int64 = 10
    /// How long an idle thread is kept.
    private static let idleSeconds = 5
    /// Milliseconds in which no request is finished before there are more threads.
    private static let patience = 3

    // All that changes is guarded by `monitor`.
    private let monitor = Monitor()
    private var queue = CircularBuffer<Exchange>()
    private var threads = 0
    private var idle = 0
    private var running = 0
    /// Of those that run, guests that are known to wait for something.
    private var waiting = 0
    private var finished = 0

    let pending = PendingResponses()
    private let initial: Int
    private let most: Int
    private let longestQueue: Int
    private let run: @Sendable (Exchange) -> Void
    private let beginEpoch: @Sendable () -> Void

    /// - Parameters:
    ///   - concurrency: how many requests run at once, at most.
    ///   - longestQueue: how many may wait beside them.
    ///   - beginEpoch: called by the ticker.
    ///   - run: serves one request, on a thread of the pool.
    package init(
        processors: Int, concurrency: Int, longestQueue: Int, beginEpoch: @escaping @Sendable () -> Void,
        run: @escaping @Sendable (Exchange) -> Void
    ) {
        most = concurrency
        initial = min(processors, concurrency)
        self.longestQueue = longestQueue
        self.run = run
        self.beginEpoch = beginEpoch
    }

    /// Starts the ticker.
    ///
    /// - Returns: false if no thread can be had.
    package func start() -> Bool {
        startThread { self.tick() }
    }

    /// How many requests there are.
    package struct Load: Sendable {
        package let running: Int
        package let waiting: Int
    }

    package var load: Load {
        monitor.lock()
        defer { monitor.unlock() }
        return Load(running: running, waiting: queue.count)
    }

    /// - Returns: false if the pool and its queue are full, or no thread can be had.
    func submit(_ exchange: Exchange) -> Bool {
        monitor.lock()
        let isFull = running + queue.count >= most + longestQueue
        if !isFull, idle <= queue.count { addThreadIfNeeded() }
        guard !isFull, threads > 0 else {
            monitor.unlock()
            return false
        }
        let isFirst = running + queue.count == 0
        queue.append(exchange)
        let isAwaited = idle > 0
        monitor.unlock()
        // Without the lock: who wakes takes it at once.
        if isFirst { monitor.signal(.busy) }
        if isAwaited { monitor.signal(.work) }
        return true
    }

    /// A guest is about to wait for something. Called on a thread of the pool.
    func beginWait() {
        monitor.lock()
        waiting += 1
        if queue.count > idle { addThreadIfNeeded() }
        monitor.unlock()
    }

    func endWait() {
        monitor.lock()
        waiting -= 1
        monitor.unlock()
    }

    /// With the lock held.
    private func addThreadIfNeeded() {
        if threads - waiting < initial, threads < most { addThread() }
    }

    /// With the lock held. If none can be had, those that there are take more.
    private func addThread() {
        if startThread({ self.serve() }) { threads += 1 }
    }

    private func serve() {
        monitor.lock()
        while true {
            if let exchange = queue.popFirst() {
                running += 1
                let isOneTooMany = threads - waiting > initial
                monitor.unlock()
                let waits = isOneTooMany ? Self.waits() : nil
                run(exchange)
                let neverWaited = waits != nil && Self.waits() == waits
                monitor.lock()
                running -= 1
                finished &+= 1
                if neverWaited, threads - waiting > initial { break }
                continue
            }
            idle += 1
            let isInTime = monitor.wait(for: .work, seconds: Self.idleSeconds)
            idle -= 1
            if !isInTime, queue.isEmpty { break }
        }
        threads -= 1
        monitor.unlock()
    }

    /// How often this thread has let go of its processor by itself; nil where that may not be asked.
    private static func waits() -> Int? {
        var usage = rusage()
        guard getrusage(ownThread, &usage) == 0 else { return nil }
        return usage.ru_nvcsw
    }

    /// RUSAGE_THREAD, which the header hides.
    private static let ownThread = __rusage_who_t(1)

    private func tick() {
        let step = Self.epochMilliseconds * 1_000_000
        var epoch = Self.now()
        var seen = 0
        var stalled = 0
        monitor.lock()
        while true {
            while running + queue.count == 0, pending.isEmpty {
                monitor.wait(for: .busy)
                // Time in which there was nothing to interrupt does not count.
                epoch = Self.now()
            }
            monitor.unlock()
            usleep(1000)
            pending.sweep()
            let now = Self.now()
            while now - epoch >= step {
                beginEpoch()
                epoch += step
            }
            monitor.lock()
            stalled = finished == seen && idle == 0 ? stalled + 1 : 0
            if stalled >= Self.patience {
                stalled = 0
                // Each of those that run may wait for something; so soon as many are there as there are requests.
                for _ in 0..<min(queue.count, most - threads, max(1, threads / 2)) { addThread() }
            }
            seen = finished
        }
    }

    /// Nanoseconds.
    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// A lock with two conditions to wait for. On the heap: the C library knows them by their addresses.
private final class Monitor {
    enum Condition { case work, busy }

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let work = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let busy = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        mutex.initialize(to: pthread_mutex_t())
        work.initialize(to: pthread_cond_t())
        busy.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(work, nil)
        pthread_cond_init(busy, nil)
    }

    deinit {
        pthread_cond_destroy(busy)
        pthread_cond_destroy(work)
        pthread_mutex_destroy(mutex)
        busy.deallocate()
        work.deallocate()
        mutex.deallocate()
    }

    private func pointer(_ condition: Condition) -> UnsafeMutablePointer<pthread_cond_t> {
        condition == .work ? work : busy
    }

    func lock() { pthread_mutex_lock(mutex) }
    func unlock() { pthread_mutex_unlock(mutex) }
    func signal(_ condition: Condition) { pthread_cond_signal(pointer(condition)) }
    func wait(for condition: Condition) { pthread_cond_wait(pointer(condition), mutex) }

    /// - Returns: false if nobody signalled in time.
    func wait(for condition: Condition, seconds: Int) -> Bool {
        var until = timespec()
        clock_gettime(CLOCK_REALTIME, &until)
        until.tv_sec += seconds
        return pthread_cond_timedwait(pointer(condition), mutex, &until) != ETIMEDOUT
    }
}
