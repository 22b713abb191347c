internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import ProbeProtocol
internal import Seccomp
internal import Wasm
internal import WasmHost

/// Turns text into the binary format, under the confinement of a compilation.
enum Assembly {
    /// Ends the process: with 0 after the binary, or with 1 after what is wrong with the text.
    static func run(_ request: ProbeRequest) throws -> Never {
        let input = try systemCall("dup", request.name) { dup(0) }
        let output = try systemCall("dup", "the answer") { dup(1) }
        var limits = Compiler.Limits()
        limits.memory = request.settings.compilerMemoryLimit
        try HelperConfinement.enter(keeping: [input, output], limits: limits) {
            try SeccompFilter.builtIn(.compiler).install()
        }
        let text = try readToEnd(of: input, limit: 64 << 20, name: request.name)
        let result = text.withUnsafeBytes { text in
            Result { () throws(EngineError) in try assemble(text) }
        }
        let answer: [UInt8]
        var status: Int32 = 0
        switch result {
        case .success(let bytes): answer = bytes
        case .failure(let error):
            answer = Array("\(request.name) can't be read: \(EngineError.sentence(error.message))".utf8)
            status = 1
        }
        try ProbeMain.write(answer, to: output)
        _exit(status)
    }
}
