package import ArgumentParser
internal import Glibc
internal import LinuxSystem
internal import OCIRuntime
internal import SystemPackage

/// `martlet logs`
package struct LogsCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show what a container wrote, where that is kept.",
        discussion: """
            Of a container of a pod it is the file that containerd writes for the kubelet, also after the container's \
            end; of others, the file that ctr run --log-uri file://PATH named, the one that martlet run or create was \
            started with, or conmon's, for podman and CRI-O. What the container wrote to its standard error is written to \
            this one.

            With --follow it ends with the container. Where somebody reads what the container writes and keeps it \
            elsewhere, or nowhere, it is said who.

            EXAMPLES
              martlet logs 3f2a
              martlet logs --follow --tail 20 hello
              martlet logs --since 10m --timestamps --stderr 3f2a
            """)

    @ParentCommand var martlet: MartletCommand

    @Flag(name: .shortAndLong, help: "Go on with what it writes, until it ends.")
    package var follow = false

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("Only the last lines of what is there.", valueName: "count"))
    package var tail: Int?

    @Option(
        help: ArgumentHelp(
            "Only what is not older: 10m, 1h30m, or a time such as 2026-11-30T12:00:00Z.", valueName: "time"))
    package var since: LogStart?

    @Flag(name: .shortAndLong, help: "Begin each line with the time at which it was written.")
    package var timestamps = false

    @Flag(help: "Only its standard output.")
    package var stdout = false

    @Flag(help: "Only its standard error.")
    package var stderr = false

    @Option(
        help: ArgumentHelp(
            "containerd's socket; CONTAINERD_ADDRESS if it is not said, or else "
                + "\(ContainerdPlace.defaultSocket).", valueName: "path"))
    package var address: String?

    @Option(help: ArgumentHelp("Where containerd keeps its state.", valueName: "folder"))
    package var containerdState = ShimEndpoint.containerdState

    @Argument(help: "A container's id, how it begins, or its name in its pod.", completion: .ids)
    package var container: String

    package init() {}

    package func validate() throws {
        if let tail, tail < 0 { throw ValidationError("--tail \(tail): expected a number of lines") }
    }

    package func run() throws {
        try martlet.global.withRuntime { runtime in
            var place = ContainerdPlace.ofEnvironment
            if let address { place.socket = ContainerdPlace.path(of: address) }
            let finder = LogFinder(
                containerdState: containerdState, containerd: ContainerdContainers(place: place), runtime: runtime)
            let log = try finder.find(container)
            try check(log)
            var options = LogPrinter.Options()
            if stdout != stderr { options.streams = stdout ? [.stdout] : [.stderr] }
            (options.tail, options.since, options.timestamps) = (tail, since?.nanoseconds, timestamps)
            do {
                try log.show(options, follow: follow)
            } catch let error as SystemCallError where error.errno == .brokenPipe {
                // Nobody reads on: head(1) has what it wants.
            }
        }
    }

    /// Whether the log says what is asked for.
    private func check(_ log: ContainerLog) throws {
        if timestamps || since != nil, let file = log.files.first(where: { !$0.format.hasTimes }) {
            throw RuntimeError(
                .unavailable, "\(file.path) has what the container wrote, and no times",
                remedy: "leave --timestamps and --since out")
        }
        if stdout != stderr, let file = log.files.first(where: { !$0.format.tellsStreams }) {
            throw RuntimeError(
                .unavailable, "\(file.path) has what the container wrote to either stream, and does not say to which",
                remedy: "leave --stdout and --stderr out")
        }
    }
}

/// From when on a log is shown: a time by RFC 3339, or how long ago.
package struct LogStart: ExpressibleByArgument, Hashable, Sendable {
    /// Since 1970.
    package let nanoseconds: Int64

    package init?(argument: String) {
        if let time = LogTime.nanoseconds(Array(argument.utf8)[...]) {
            nanoseconds = time
        } else if let duration = LogTime.duration(argument) {
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            nanoseconds = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) - duration
        } else {
            return nil
        }
    }
}
