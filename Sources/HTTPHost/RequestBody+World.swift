internal import WASIHTTP
internal import Wasm

extension RequestBody {
    /// Makes it the guest's standard input, and the response's pipe its standard output.
    ///
    /// - Returns: false if they can't be opened.
    func give(to world: borrowing WASIConfiguration, output pipe: ResponsePipe) -> Bool {
        // wasmtime opens them anew.
        let output = "/proc/self/fd/\(pipe.writing)"
        return switch self {
        case .none: world.setStandardStreams(input: .nothing, output: output)
        case .pipe(let end): world.setStandardStreams(input: .file("/proc/self/fd/\(end)"), output: output)
        case .collected(let body): body.withBytes { world.setStandardStreams(input: .bytes($0), output: output) }
        }
    }
}
