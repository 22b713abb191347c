internal import Glibc

/// The threads that run guests, each one request at a time.
///
/// There are as many as processors at first. A guest may wait for something, so another thread is started when
/// requests wait and none was finished for a millisecond; one that has had nothing to do for a while ends. A thread of
/// its own, the ticker, looks after that while there is something to do, and begins a new epoch of the engine each
/// ``epochMilliseconds``.
package final class WorkerPool: @unchecked Sendable {
    package static let epochMilliseconds: Int64 = 10
    /// How long an idle thread is kept.
    private static let idleSeconds = 5

    // All of it is guarded by `lock`.
    private var lock = pthread_mutex_t()
    private var work = pthread_cond_t()
    private var busy = pthread_cond_t()
    private var queue: [Exchange] = []
    private var first = 0
    private var threads = 0
    private var idle = 0
    private var running = 0
    private var finished = 0

    private let initial: Int
    private let most: Int
    private let longestQueue: Int
    private let run: @Sendable (Exchange) -> Void
    private let beginEpoch: @Sendable () -> Void

    /// - Parameters:
    ///   - run: serves one request, on a thread of the pool.
    ///   - beginEpoch: called by the ticker.
    package init(
        processors: Int, settings: ServerSettings, beginEpoch: @escaping @Sendable () -> Void,
        run: @escaping @Sendable (Exchange) -> Void
    ) {
        most = settings.concurrency
        initial = min(processors, most)
        longestQueue = settings.queue
        self.run = run
        self.beginEpoch = beginEpoch
        pthread_mutex_init(&lock, nil)
        pthread_cond_init(&work, nil)
        pthread_cond_init(&busy, nil)
    }

    /// Starts the ticker.
    package func start() {
        _ = Self.startThread { self.tick() }
    }

    /// - Returns: false if the pool and its queue are full.
    func submit(_ exchange: Exchange) -> Bool {
        pthread_mutex_lock(&lock)
        defer { pthread_mutex_unlock(&lock) }
        guard running + waiting < most + longestQueue else { return false }
        if running + waiting == 0 { pthread_cond_signal(&busy) }
        queue.append(exchange)
        if idle > 0 {
            pthread_cond_signal(&work)
        } else if threads < initial {
            addThread()
        }
        return true
    }

    private var waiting: Int { queue.count - first }

    private func next() -> Exchange? {
        guard first < queue.count else { return nil }
        let exchange = queue[first]
        first += 1
        if first == queue.count || first > 1024 {
            queue.removeFirst(first)
            first = 0
        }
        return exchange
    }

    /// With the lock held. If none can be had, those that there are take more.
    private func addThread() {
        if Self.startThread({ self.serve() }) { threads += 1 }
    }

    private func serve() {
        pthread_mutex_lock(&lock)
        while true {
            if let exchange = next() {
                running += 1
                pthread_mutex_unlock(&lock)
                run(exchange)
                pthread_mutex_lock(&lock)
                running -= 1
                finished &+= 1
                continue
            }
            idle += 1
            var until = timespec()
            clock_gettime(CLOCK_REALTIME, &until)
            until.tv_sec += Self.idleSeconds
            let code = pthread_cond_timedwait(&work, &lock, &until)
            idle -= 1
            if code == ETIMEDOUT, waiting == 0 { break }
        }
        threads -= 1
        pthread_mutex_unlock(&lock)
    }

    private func tick() {
        var seen = 0
        var milliseconds: Int64 = 0
        pthread_mutex_lock(&lock)
        while true {
            while running + waiting == 0 { pthread_cond_wait(&busy, &lock) }
            pthread_mutex_unlock(&lock)
            usleep(1000)
            milliseconds += 1
            if milliseconds % Self.epochMilliseconds == 0 { beginEpoch() }
            pthread_mutex_lock(&lock)
            if finished == seen, idle == 0 {
                // As many as wait: each of them may have to wait for a guest that sleeps.
                for _ in 0..<min(waiting, most - threads) { addThread() }
            }
            seen = finished
        }
    }

    private static func startThread(_ body: @escaping () -> Void) -> Bool {
        let box = Unmanaged.passRetained(ThreadBody(body)).toOpaque()
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, { argument in
            if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
            return nil
        }, box)
        guard code == 0 else {
            Unmanaged<ThreadBody>.fromOpaque(box).release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private final class ThreadBody {
        let run: () -> Void

        init(_ run: @escaping () -> Void) {
            self.run = run
        }
    }
}
