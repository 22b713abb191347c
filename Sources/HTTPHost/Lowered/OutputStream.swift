/// `output-stream` of a lowered guest.
enum OutputKind {
    /// The response's body.
    case response
    /// The container's standard output or error.
    case lines(LineOutput)
    /// The body of a request of the guest's own.
    case request(BodySocket)
    case file(FileOutput)
}

final class OutputStream {
    let kind: OutputKind

    init(_ kind: OutputKind) {
        self.kind = kind
    }
}
