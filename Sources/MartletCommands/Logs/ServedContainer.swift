internal import Bundle
internal import ContainerdAPI
internal import LinuxSystem
internal import OCIRuntime
internal import OCISpec
internal import ShimService
internal import SwiftProtobuf
internal import TTRPC

/// A container under a shim, with what its bundle says of it.
struct ServedContainer {
    let bundle: ServedBundle
    /// Its name in its pod.
    let name: String?
    let isOfPod: Bool
    /// Whether it holds a pod's namespaces, and runs nothing of anybody's.
    let isSandbox: Bool

    private init(_ bundle: ServedBundle) {
        self.bundle = bundle
        let notes = (try? Bundle(path: bundle.path).loadConfig().spec.annotations) ?? [:]
        let kind = notes["io.kubernetes.cri.container-type"]
        isOfPod = kind == "container"
        isSandbox = kind == "sandbox"
        name = isOfPod ? notes["io.kubernetes.cri.container-name"] : nil
    }

    /// By its id, how that begins, or its name in its pod.
    ///
    /// - Returns: nil when there is none.
    static func find(_ word: String, in state: String) throws(RuntimeError) -> ServedContainer? {
        guard !word.isEmpty else { return nil }
        let all = ShimEndpoint.all(in: state).filter { !$0.isSandbox }
        if let exact = all.first(where: { $0.id == word }) { return ServedContainer(exact) }
        var found = all.filter { $0.id.hasPrefix(word) }.map(Self.init)
        if found.isEmpty { found = all.map(Self.init).filter { $0.name == word } }
        guard found.count <= 1 else { throw ambiguous(word, found.map(\.bundle.id)) }
        return found.first
    }

    static func ambiguous(_ word: String, _ ids: [String]) -> RuntimeError {
        RuntimeError(
            .invalidArgument, "several containers are meant by \(word): \(ids.joined(separator: ", "))",
            remedy: "name the id, or more of it")
    }

    struct State: Sendable {
        var stdout: String
        var stderr: String
        /// Nil when it has ended.
        var process: ProcessHandle?
    }

    /// What its shim says of it.
    func state() throws -> State {
        let id = bundle.id
        let request = TaskStateRequest.with { $0.id = id }
        do {
            let answer = try ShimSession.run(bundle.address) { try await $0.task(TaskMethod.state, request) }
            let hasEnded = answer.status == .stopped || answer.pid == 0
            let process = hasEnded ? nil : try? ProcessHandle(ProcessDescriptor(pid: Int32(bitPattern: answer.pid)))
            return State(stdout: answer.stdout, stderr: answer.stderr, process: process)
        } catch {
            throw RuntimeError(
                .unavailable, "the shim of \(id) does not answer",
                remedy: "containerd clears up after one that has died", cause: error)
        }
    }
}
