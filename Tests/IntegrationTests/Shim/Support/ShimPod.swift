import ContainerdAPI
import Foundation
import NIOCore
import NIOPosix
import OCISpec
import Synchronization
import TTRPC
import Testing

@testable import ShimBench

/// What containerd would have around a shim: a folder for bundles, a namespace and a service for events. No containerd
/// runs: the tests are the shim's client.
final class ShimPod: Sendable {
    /// The folder of everything; its name is the namespace too, after which the cgroups are called.
    let folder: String
    let events = RecordedEvents()
    var namespace: String { URL(filePath: folder).lastPathComponent }
    /// What the shims are told to be containerd's address; nobody listens there.
    var containerd: String { "\(folder)/c.sock" }

    static let shim = "\(Requirement.prefix ?? "")/bin/containerd-shim-martlet-v1"
    static let engine = "\(Requirement.prefix ?? "")/libexec/martlet/martlet-engine"
    static let eventLoop = MultiThreadedEventLoopGroup.singleton.any()

    private let lastNumber = Mutex(0)
    /// Of all containers so far.
    private var ids: [String] { (0..<lastNumber.withLock { $0 }).map { "p\($0 + 1)" } }

    /// Runs a test in a pod, and holds it to leaving nothing: no process, mount, cgroup or socket.
    static func run(_ body: (ShimPod) async throws -> Void) async throws {
        let pod = try ShimPod()
        let server = try await pod.events.serve(at: "\(pod.folder)/events.sock", on: eventLoop)
        var failure: (any Error)?
        do {
            try await body(pod)
            try await pod.expectNothingLeft()
        } catch {
            failure = error
        }
        await server.shutdown(grace: .zero)
        let words = pod.logs()
        pod.sweep()
        if let failure {
            if !words.isEmpty { Issue.record("the shim's log:\n\(words)") }
            throw failure
        }
    }

    private init() throws {
        var template = Array("/tmp/martlet.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw FixtureError(description: "no folder can be made in /tmp") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A container's bundle, for a module of the guests or a native program.
    ///
    /// - Parameters:
    ///   - change: what is to be different from what `ctr run` would write.
    ///   - edit: the same, to the JSON, for what the types can't say.
    func container(
        _ arguments: [String], change: (inout Spec) -> Void = { _ in },
        edit: (inout [String: Any]) throws -> Void = { _ in }
    ) throws -> DirectContainer {
        let number = lastNumber.withLock { last in
            last += 1
            return last
        }
        let id = "p\(number)"
        var spec = ContainerSpec.make(arguments: arguments, cgroupsPath: "/\(namespace)/\(id)")
        change(&spec)
        var layers = Requirement.guests ?? ""
        if arguments.first?.hasPrefix("/bin/") == true { layers = "\(try nativeLayer()):\(layers)" }
        let bundle = try ContainerBundle(id: id, in: folder, layer: layers, spec: spec)
        let path = "\(bundle.path)/config.json"
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path)))
        if var object = json as? [String: Any] {
            try edit(&object)
            try JSONSerialization.data(withJSONObject: object).write(to: URL(filePath: path))
        }
        return DirectContainer(pod: self, bundle: bundle)
    }

    /// Debian's static busybox as /bin/busybox.
    private func nativeLayer() throws -> String {
        let layer = "\(folder)/native"
        let program = "\(layer)/bin/busybox"
        if !FileManager.default.fileExists(atPath: program) {
            try FileManager.default.createDirectory(atPath: "\(layer)/bin", withIntermediateDirectories: true)
            // By another process, as it could not be executed while a fork of this one holds it open for writing.
            let outcome = try ShimBench.ChildProcess(program: "/bin/cp", arguments: ["/bin/busybox", program]).run()
            guard outcome.status == 0 else { throw FixtureError(description: "cp: \(outcome.output)") }
        }
        return layer
    }

    /// Runs one of the shim's commands with the flags, folder and environment that containerd 1.6 gives it. Its answer
    /// is what it wrote to stdout; its words are the rest.
    ///
    /// - Parameters:
    ///   - input: what comes on its stdin.
    ///   - environment: beside those.
    func command(
        _ verb: String, _ bundle: ContainerBundle, input: Data = Data(), environment: [String: String] = [:]
    ) throws -> (answer: Data, words: String, status: Int32) {
        var arguments = [
            "-namespace", namespace, "-address", containerd, "-publish-binary", "/bin/true", "-id", bundle.id,
        ]
        if verb == "delete" { arguments += ["-bundle", bundle.path] }
        let answer = "\(bundle.folder)/answer"
        let question = "\(bundle.folder)/question"
        try input.write(to: URL(filePath: question))
        // 9 stands for what a containerd may have open and hands on without knowing.
        let outcome = try ShimBench.ChildProcess(
            program: "/bin/sh",
            arguments: ["-c", "exec \"$0\" \"$@\" <\(question) >\(answer) 9</dev/zero", Self.shim] + arguments + [verb],
            environment: [
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
                "TTRPC_ADDRESS": "\(folder)/events.sock", "GOMAXPROCS": "4",
            ].merging(environment) { $1 }, folder: bundle.path, seconds: Patience.seconds(30).components.seconds
        ).run()
        return (try Data(contentsOf: URL(filePath: answer)), outcome.output, outcome.status)
    }
}

// MARK: What is left

extension ShimPod {
    /// The shims of this pod, by the address among their arguments.
    var shims: [ProcessFacts] {
        ProcessFacts.all.filter { process in
            guard process.isAlive, let words = try? process.arguments, let index = words.firstIndex(of: "-address")
            else { return false }
            return words.dropFirst(index + 1).first == containerd
        }
    }

    /// Everything of the pod that the system knows, in words.
    func left() throws -> [String] {
        let processes = ProcessFacts.all.filter { process in
            guard process.isAlive else { return false }
            let places = (try? process.cgroups) ?? [:]
            return places.values.contains { $0.hasPrefix("/\(namespace)/") }
                || process.isExecutingInstalledProgram
        }
        let mounts = try ProcessFacts(pid: getpid()).mounts.filter { $0.hasPrefix(folder + "/") }
        let top = "/sys/fs/cgroup"
        let hierarchies = try [top] + FileManager.default.contentsOfDirectory(atPath: top).map { "\(top)/\($0)" }
        let cgroups = hierarchies.flatMap { hierarchy in ids.map { "\(hierarchy)/\(namespace)/\($0)" } }
        var left = processes.map { "process \($0.pid) \((try? $0.arguments) ?? [])" }
        left += mounts.map { "mount \($0)" }
        left += cgroups.filter(FileManager.default.fileExists(atPath:)).map { "cgroup \($0)" }
        left += try addresses().filter(FileManager.default.fileExists(atPath:)).map { "socket \($0)" }
        let state = FileManager.default.subpaths(atPath: "/run/martlet") ?? []
        return left + state.filter { $0.contains(namespace) }.map { "file \($0)" }
    }

    /// The sockets that the bundles' files name.
    private func addresses() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { name in
            try? String(contentsOfFile: "\(folder)/\(name)/bundle/address", encoding: .utf8)
        }.map { String($0.dropFirst("unix://".count)) }
    }

    /// Fails the test if there is something still after a while.
    func expectNothingLeft() async throws {
        let end = ContinuousClock.now + Patience.seconds(5)
        var left = try left()
        while !left.isEmpty, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(5))
            left = try self.left()
        }
        if !left.isEmpty { throw FixtureError(description: "left behind: \(left.joined(separator: ", "))") }
    }

    /// What the shims logged and was not read.
    fileprivate func logs() -> String {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { name in
            let log = open("\(folder)/\(name)/bundle/log", O_RDONLY | O_NONBLOCK)
            guard log >= 0 else { return nil }
            defer { close(log) }
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            let count = read(log, &buffer, buffer.count)
            return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
        }.joined()
    }

    /// Ends and removes all that a failed test may have left.
    fileprivate func sweep() {
        for shim in shims {
            for child in Descendants.children(of: shim.pid) { kill(child, SIGKILL) }
            kill(shim.pid, SIGKILL)
        }
        for process in ProcessFacts.all {
            if ((try? process.cgroups) ?? [:]).values.contains(where: { $0.hasPrefix("/\(namespace)/") }) {
                kill(process.pid, SIGKILL)
            }
        }
        for address in (try? addresses()) ?? [] { unlink(address) }
        for id in ids { Sweep.cgroups(namespace: namespace, id: id) }
        Sweep.cgroups(namespace: namespace, id: "")
        Sweep.folder(folder)
        rmdir(folder)
    }
}
