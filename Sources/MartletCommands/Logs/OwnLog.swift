internal import Glibc
internal import LinuxSystem
internal import OCIRuntime
internal import ShimService

/// The log of a container of `martlet list`: its streams are those that `create` or `run` was started with.
struct OwnLog {
    private let summary: ContainerSummary
    private let streams: [String]
    private let process: ProcessHandle?

    init(_ summary: ContainerSummary, _ runtime: Runtime) throws {
        self.summary = summary
        (streams, process) = try runtime.streams(summary.id)
    }

    func find() throws -> ContainerLog {
        var files: [ContainerLog.File] = []
        var last: RuntimeError?
        let isShared = streams.count == 2 && streams[0] == streams[1]
        for (link, stream) in zip(streams.prefix(isShared ? 1 : 2), [LogStream.stdout, .stderr]) {
            do throws(RuntimeError) {
                files.append(.init(path: try regular(link), format: .plain(stream, ofBoth: isShared)))
            } catch {
                last = last ?? error
            }
        }
        guard files.isEmpty else { return ContainerLog(files: files, process: process) }
        // Of the one that says more than that it leads nowhere.
        if let link = streams.first(where: { $0.hasPrefix("pipe:") || isFIFO($0) }) {
            var log = try StreamPlaces.read(summary.id, link: link, what: "a pipe (\(link))")
            log.process = process
            return log
        }
        throw last ?? StreamPlaces.nowhere(summary.id)
    }

    private func isFIFO(_ path: String) -> Bool {
        var found = stat()
        return path.hasPrefix("/") && stat(path, &found) == 0 && found.st_mode & S_IFMT == S_IFIFO
    }

    /// The file that a stream was opened as.
    private func regular(_ link: String) throws(RuntimeError) -> String {
        guard link != "/dev/null", !link.isEmpty else { throw StreamPlaces.nowhere(summary.id) }
        guard link.hasPrefix("/"), !link.hasPrefix("/dev/") else {
            throw RuntimeError(
                .unavailable, "what \(summary.id) writes goes to \(link), from where it can't be read again",
                remedy: "start it with a file to keep its log: martlet run --detach … >FILE")
        }
        var found = stat()
        guard stat(link, &found) == 0, found.st_mode & S_IFMT == S_IFREG else {
            throw RuntimeError(
                .notFound, "the log of \(summary.id) was \(link), which is no file any more",
                remedy: "whoever started it may have moved it")
        }
        return link
    }
}
