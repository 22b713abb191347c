package import ArgumentParser
internal import Glibc

/// `martlet top`
package struct TopCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "top", abstract: "Show what the node's containers use, again and again.",
        discussion: """
            Those of containerd under Martlet's shims, and those of martlet list; what uses most comes first. On a \
            terminal the table stays in its place, until it is interrupted.

            EXAMPLES
              martlet top
              martlet top --interval 5 --count 2
            """)

    @ParentCommand var martlet: MartletCommand

    @Option(help: "Seconds between two looks (2, 2s or 500ms).")
    package var interval = Interval(milliseconds: 2000)

    @Option(name: .shortAndLong, help: "How many tables; without end if it is not said.")
    package var count: Int?

    @Flag(help: "Also containers of other shims.")
    package var allShims = false

    @Option(help: ArgumentHelp("Where containerd keeps its state.", valueName: "folder"))
    package var containerdState = ShimEndpoint.containerdState

    package init() {}

    package func run() throws {
        let containers = NodeContainers(containerdState: containerdState, allShims: allShims)
        let isTerminal = isatty(1) == 1
        try martlet.global.withRuntime { runtime in
            var before = try containers.sample(runtime)
            var time = Self.now()
            var shown = 0
            while shown < count ?? .max {
                usleep(useconds_t(interval.milliseconds) * 1000)
                let found = try containers.sample(runtime)
                let now = Self.now()
                let elapsed = now - time
                let earlier = Dictionary(before.map { ($0.key, $0) }) { first, _ in first }
                func load(_ container: NodeContainer) -> Double? {
                    container.load(since: earlier[container.key], elapsed: elapsed)
                }
                func requests(_ container: NodeContainer) -> Double? {
                    container.requestRate(since: earlier[container.key], elapsed: elapsed)
                }
                let sorted = found.sorted { (load($0) ?? -1, $0.memory ?? 0) > (load($1) ?? -1, $1.memory ?? 0) }
                // To the first place, and nothing below.
                let rows = sorted.table(allShims: allShims, rates: .init(load: load, requests: requests))
                print((isTerminal ? "\u{1b}[H\u{1b}[J" : "") + table(rows))
                fflush(nil)
                (before, time) = (found, now)
                shown += 1
            }
        }
    }

    /// Nanoseconds.
    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
