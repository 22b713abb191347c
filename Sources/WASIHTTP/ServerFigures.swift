internal import Glibc
package import LinuxSystem
internal import NIOCore
package import Synchronization

/// What a server counts. Requests are counted on its event loops, guests by their threads.
package final class ServerFigures: Sendable {
    /// Upper bounds of the histogram's buckets, in seconds.
    static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    struct Requests {
        /// By the first digit of their status; those that got none at 0.
        var byClass = [UInt64](repeating: 0, count: 6)
        var buckets = [UInt64](repeating: 0, count: bounds.count)
        var seconds = 0.0
        var inFlight = 0
    }

    let requests = Mutex(Requests())
    package let traps = Atomic<UInt64>(0)
    package let timeouts = Atomic<UInt64>(0)

    /// All requests that came to an end, for other processes; nil if there is nobody to count for.
    private let all: SharedCounter?

    package init(all: SharedCounter? = nil) { self.all = all }

    func begin() {
        requests.withLock { $0.inFlight += 1 }
    }

    func end(status: Int?, seconds: Double) {
        all?.add(1)
        requests.withLock { requests in
            requests.inFlight -= 1
            requests.byClass[status.map { min($0 / 100, 5) } ?? 0] += 1
            requests.seconds += seconds
            if let bucket = Self.bounds.firstIndex(where: { seconds <= $0 }) { requests.buckets[bucket] += 1 }
        }
    }

    /// In Prometheus's text format, version 0.0.4.
    func text(guests: WorkerPool.Load, connections: Int) -> String {
        let requests = requests.withLock { $0 }
        var lines = MetricLines()
        lines.begin("martlet_http_requests_total", "counter", "Requests by the class of their status.")
        for (number, count) in requests.byClass.enumerated().dropFirst() {
            lines.add("martlet_http_requests_total", "code=\"\(number)xx\"", "\(count)")
        }
        lines.add("martlet_http_requests_total", "code=\"none\"", "\(requests.byClass[0])")
        let duration = "martlet_http_request_duration_seconds"
        lines.begin(duration, "histogram", "From a request's head to the end of its response.")
        var sum: UInt64 = 0
        for (bound, count) in zip(Self.bounds, requests.buckets) {
            sum += count
            lines.add("\(duration)_bucket", "le=\"\(bound)\"", "\(sum)")
        }
        let all = requests.byClass.reduce(0, +)
        lines.add("\(duration)_bucket", "le=\"+Inf\"", "\(all)")
        lines.add("\(duration)_sum", nil, "\(requests.seconds)")
        lines.add("\(duration)_count", nil, "\(all)")
        let rest: [(String, String, String, String)] = [
            ("martlet_http_requests_in_flight", "gauge", "Requests that are being answered.", "\(requests.inFlight)"),
            ("martlet_http_requests_queued", "gauge", "Requests that wait for their turn.", "\(guests.waiting)"),
            ("martlet_http_connections", "gauge", "Connections of clients.", "\(connections)"),
            ("martlet_guest_instances", "gauge", "Instances of the component.", "\(guests.running)"),
            ("martlet_guest_traps_total", "counter", "Guests that trapped.", "\(traps.load(ordering: .relaxed))"),
            (
                "martlet_guest_timeouts_total", "counter", "Guests that were stopped at the end of their time.",
                "\(timeouts.load(ordering: .relaxed))"
            ),
            ("process_resident_memory_bytes", "gauge", "Memory of the process.", "\(Self.residentBytes)"),
        ]
        for (name, kind, help, value) in rest {
            lines.begin(name, kind, help)
            lines.add(name, nil, value)
        }
        return lines.text
    }

    /// 0 where /proc can't be read.
    private static var residentBytes: Int {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { _ = close(file) }
        var buffer = [UInt8](repeating: 0, count: 128)
        let count = read(file, &buffer, buffer.count)
        let words = buffer.prefix(max(0, count)).split(separator: UInt8(ascii: " "))
        guard words.count > 1, let pages = Int(String(decoding: words[1], as: UTF8.self)) else { return 0 }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }
}

private struct MetricLines {
    private(set) var text = ""

    mutating func begin(_ name: String, _ kind: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    }

    mutating func add(_ name: String, _ label: String?, _ value: String) {
        text += name + (label.map { "{\($0)}" } ?? "") + " \(value)\n"
    }
}
