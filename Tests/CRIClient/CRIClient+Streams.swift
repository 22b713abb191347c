/// Calls whose answer is a stream, as `kubectl exec -it`, `attach` and `port-forward` have them.
extension CRIClient {
    /// Runs a command in a container and speaks with it.
    package func exec(_ id: String, _ command: [String], terminal: Bool = false) async throws -> CRIStream {
        var request = CRIExecRequest()
        request.containerID = id
        request.cmd = command
        request.tty = terminal
        request.stdin = true
        request.stdout = true
        request.stderr = !terminal
        let answer: CRIStreamResponse = try await call("Exec", request)
        return try await CRIStream.open(answer.url)
    }

    /// Speaks with a container that has a stdin and no terminal.
    package func attach(_ id: String) async throws -> CRIStream {
        var request = CRIAttachRequest()
        request.containerID = id
        request.stdin = true
        request.stdout = true
        request.stderr = true
        let answer: CRIStreamResponse = try await call("Attach", request)
        return try await CRIStream.open(answer.url)
    }

    /// Connects to a port of a pod: channel 0 of the stream, on which the port's number comes first, in two bytes.
    package func portForward(_ pod: String, _ port: Int32) async throws -> CRIStream {
        var request = CRIPortForwardRequest()
        request.podSandboxID = pod
        request.port = [port]
        let answer: CRIStreamResponse = try await call("PortForward", request)
        return try await CRIStream.open(answer.url)
    }
}
