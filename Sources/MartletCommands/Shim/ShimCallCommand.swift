package import ArgumentParser
internal import Glibc
internal import LinuxSystem
internal import OCIRuntime
internal import OCISpec
internal import TTRPC

/// `martlet shim`
package struct ShimCallCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "shim", abstract: "Speak to a running shim, as containerd does.",
        discussion: """
            The shim is named by a container's or a pod's id, or how that begins, by a bundle's folder, or by the address \
            of its socket. Any shim of containerd's version 2 answers, not only Martlet's.

            VERBS
              state, pids, stats, connect       tell of the container, as JSON
              wait                              end when it ends
              start, pause, resume              what they say
              kill [SIGNAL]                     TERM if none is named; --all: its processes
              exec PROGRAM [ARGUMENT ...]       run a process in it, at these streams
              delete                            remove what has ended
              shutdown                          end the shim, if it has no container left
              call SERVICE METHOD [JSON]        any method that methods lists
              methods                           list those of task and sandbox services

            Options stand before the shim. What a shim is told behind containerd's back, containerd learns by the events \
            that follow.

            EXAMPLES
              martlet shim 3f2a state
              martlet shim 3f2a stats
              martlet shim --all 3f2a kill KILL
              martlet shim 3f2a exec /bin/busybox ps
              martlet shim --id hello unix:///run/containerd/s/5ef8… state
              martlet shim 3f2a call containerd.task.v2.Task State '{"id": "hello"}'
            """)

    package enum Verb: String, ExpressibleByArgument, CaseIterable, Sendable {
        case state, pids, stats, connect, wait, start, pause, resume, kill, exec, delete, shutdown, call, methods
    }

    @Option(help: "The container, where that is not the one by which the shim was named.")
    package var id: String?

    @Option(help: "A process that exec added, for state, start, wait, kill and delete.")
    package var execID: String?

    @Flag(help: "kill: all processes of the container.")
    package var all = false

    @Flag(help: "shutdown: says now, which Martlet's shim and runc's take for the same.")
    package var now = false

    @Option(help: ArgumentHelp("Where containerd keeps its state.", valueName: "folder"))
    package var containerdState = ShimEndpoint.containerdState

    @Argument(help: "An id, a bundle's folder, or an address.")
    package var shim: String

    @Argument(help: "What it is asked.")
    package var verb: Verb

    @Argument(parsing: .captureForPassthrough, help: "What belongs to it.")
    package var words: [String] = []

    package init() {}

    package func validate() throws {
        switch verb {
        case .kill:
            guard words.count <= 1, SignalName.number(words.first ?? "TERM") != nil else {
                throw ValidationError("expected a signal after kill, such as TERM, or nothing")
            }
        case .exec:
            if words.isEmpty { throw ValidationError("expected a program after exec") }
        case .call:
            guard words.count == 2 || words.count == 3 else {
                throw ValidationError("expected a service, a method and JSON after call; methods lists them")
            }
        default:
            if let word = words.first { throw ValidationError("\(verb.rawValue) takes no \(word)") }
        }
    }

    package func run() throws {
        if verb == .methods {
            return print(table(ShimCatalog.methods.map { [$0.service, $0.name] }))
        }
        let (address, found) = try ShimEndpoint.find(shim, in: containerdState)
        do {
            try ask(address, found)
        } catch let status as TTRPCStatus {
            throw RuntimeError(.unavailable, "the shim answers: \(status)")
        } catch let error as TTRPCError where error.code == .connectFailed {
            throw RuntimeError(
                .unavailable, "\(error)", remedy: "no shim listens there; containerd clears up after one that has died")
        }
    }

    private func ask(_ address: String, _ found: String?) throws {
        if verb == .call { return try call(address) }
        guard let id = id ?? found else {
            throw RuntimeError(
                .invalidArgument, "no container is known at \(address)", remedy: "name one with --id")
        }
        if verb == .exec {
            let bundle = ShimEndpoint.all(in: containerdState).first { $0.id == id && $0.address == address }
            let path = bundle?.path ?? shim
            let status = try ShimExec(id: id, bundle: path, arguments: words).run(address)
            throw ExitCode(Int32(truncatingIfNeeded: status))
        }
        let (name, request) = request(id)
        let json = String(decoding: try encodeJSON(request), as: UTF8.self)
        let answer = try ShimSession.run(address) { try await $0.task(name, json) }
        if answer != "{}" { print(indented(Array(answer.utf8))) }
    }

    private struct Request: Encodable {
        var id: String
        var execId: String?
        var signal: Int32?
        var all: Bool?
        var now: Bool?
    }

    private func request(_ id: String) -> (String, Request) {
        var request = Request(id: id)
        switch verb {
        case .state, .start, .wait, .delete: request.execId = execID
        case .kill:
            request.execId = execID
            request.signal = SignalName.number(words.first ?? "TERM")
            request.all = all
        case .shutdown: request.now = now
        default: break
        }
        return (verb.rawValue.prefix(1).uppercased() + verb.rawValue.dropFirst(), request)
    }

    private func call(_ address: String) throws {
        guard let method = ShimCatalog.method(words[0], words[1]) else {
            throw RuntimeError(
                .notFound, "there is no \(words[0])/\(words[1])", remedy: "martlet shim \(shim) methods lists them")
        }
        let json = words.count > 2 ? words[2] : "{}"
        print(indented(Array(try ShimSession.run(address) { try await $0.call(method, json) }.utf8)))
    }
}
