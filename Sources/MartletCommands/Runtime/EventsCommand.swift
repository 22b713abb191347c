package import ArgumentParser
internal import Glibc
internal import OCIRuntime
internal import OCISpec

/// `martlet events`
package struct EventsCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Tell what a container uses, and of kills for want of memory.",
        discussion: """
            One line of JSON each, until the container ends.

            EXAMPLES
              martlet events --stats hello
              martlet events --interval 1 hello
            """)

    @ParentCommand var martlet: MartletCommand

    @Flag(help: "Tell what is used once, and end.")
    package var stats = false

    @Option(help: "Seconds between two such lines (5, 5s or 500ms).")
    package var interval = Interval(milliseconds: 5000)

    @Argument(help: "The container.", completion: .ids)
    package var id: String

    package init() {}

    package func run() throws {
        try martlet.global.withRuntime { runtime in
            if stats { return try tell("stats", runtime.container(id).stats()) }
            let watch = try runtime.container(id).watch()
            while true {
                switch try watch.next(timeout: interval.milliseconds) {
                case .end: return
                case .outOfMemory: try tell("oom", nil)
                case .timeOut:
                    // It may have ended meanwhile.
                    guard let found = try? runtime.container(id).stats() else { return }
                    try tell("stats", found)
                }
            }
        }
    }

    private struct Event: Encodable {
        var type: String
        var id: String
        var data: StatsReport?
    }

    private func tell(_ type: String, _ data: StatsReport?) throws {
        print(String(decoding: try encodeJSON(Event(type: type, id: id, data: data)), as: UTF8.self))
        fflush(nil)
    }
}

/// A time as runc takes it: `5s`, `500ms`; a bare number is seconds.
package struct Interval: ExpressibleByArgument, Hashable, Sendable {
    package let milliseconds: Int32

    init(milliseconds: Int32) { self.milliseconds = milliseconds }

    /// As help shows a default.
    package var defaultValueDescription: String {
        milliseconds.isMultiple(of: 1000) ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }

    package init?(argument: String) {
        for (unit, factor) in [("ms", 1.0), ("s", 1000), ("m", 60_000), ("", 1000)] where argument.hasSuffix(unit) {
            guard let number = Double(argument.dropLast(unit.count)), number > 0, number * factor < 1e9 else {
                return nil
            }
            milliseconds = max(1, Int32(number * factor))
            return
        }
        return nil
    }
}
