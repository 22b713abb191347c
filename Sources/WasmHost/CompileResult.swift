/// What a compile helper tells its parent: one byte for the case, then a message.
enum CompileResult: Equatable {
    /// The artifact is written and on the disk.
    case compiled(ArtifactKind)
    /// Another helper has made it meanwhile.
    case present
    /// The module can't be compiled, in wasmtime's words.
    case invalid(String)
    /// The helper could not do its work.
    case failed(String)

    var bytes: [UInt8] {
        switch self {
        case .compiled(.module): [0]
        case .compiled: [1]
        case .present: [2]
        case .invalid(let message): [3] + Array(message.utf8)
        case .failed(let message): [4] + Array(message.utf8)
        }
    }

    /// - Returns: nil for what no helper sends, in particular for nothing at all.
    init?(_ bytes: some Collection<UInt8>) {
        let message = String(decoding: bytes.dropFirst(), as: UTF8.self)
        switch bytes.first {
        case 0: self = .compiled(.module)
        case 1: self = .compiled(.component)
        case 2: self = .present
        case 3: self = .invalid(message)
        case 4: self = .failed(message)
        default: return nil
        }
    }
}
