internal import ProbeProtocol
internal import WasmBinary

/// What to do about a module that would not run.
enum Mend {
    static func of(_ problem: ProbeReport.Problem, _ found: ModuleInspection) -> String? {
        switch problem.code {
        case "unknownImport":
            if let module = found.module { return imports(of: module) }
            return found.component.flatMap(imports)
        case "unsuitableExport", "unsupportedWorld": return entrypoint(found)
        case "invalidModule":
            return "build it again; a feature that is off here is turned on in [engine] of the configuration"
        case "notAModule": return "name the .wasm file that the compiler wrote"
        case "compilerFailed": return "raise compiler-memory in [engine] of the configuration"
        default: return nil
        }
    }

    /// The compilers that leave such imports, and how they leave none.
    private static let toolchains: [(module: String, mend: String)] = [
        ("gojs", "it was built for a browser: build it with GOOS=wasip1 GOARCH=wasm"),
        ("go", "it was built for a browser: build it with GOOS=wasip1 GOARCH=wasm"),
        ("wbg", "it was built for JavaScript by wasm-bindgen: build it for wasm32-wasip1, without wasm-bindgen"),
        (
            "__wbindgen_placeholder__",
            "it was built for JavaScript by wasm-bindgen: build it for wasm32-wasip1, without wasm-bindgen"
        ),
        ("wasi_ephemeral_nn", "wasi-nn is not there; link an inference library into the module"),
        ("wasi_ephemeral_crypto", "wasi-crypto is not there; link a library into the module"),
        ("wasi", "threads of wasi-threads are not there; build it for wasm32-wasip1"),
        ("wasix_32v1", "it was built for WASIX: build it for wasm32-wasip1"),
        ("spectest", "it is a test of the specification, and wants its host"),
        (
            "env",
            "functions of env are those that the linker did not find, or that an embedding program is to give: link the "
                + "library that has them, and do not link with --allow-undefined"
        ),
    ]

    private static func imports(of module: ModuleOutline) -> String? {
        let foreign = Set(module.imports.map(\.module)).subtracting(["wasi_snapshot_preview1", "wasi_unstable"])
        if let known = toolchains.first(where: { foreign.contains($0.module) }) { return known.mend }
        return foreign.isEmpty
            ? "build it for WASI preview 1 (wasm32-wasip1)"
            : "build it for wasm32-wasip1, and link what else it calls into it"
    }

    private static func imports(of component: ComponentOutline) -> String? {
        let wasi = component.imports.map(\.name).filter { $0.hasPrefix("wasi:") }
        if let newer = wasi.first(where: { $0.contains("@0.3") || $0.contains("@1.") }) {
            return "\(newer) is of a later WASI; this engine has WASI 0.2: build it for that"
        }
        if let foreign = component.imports.first(where: { !$0.name.hasPrefix("wasi:") }) {
            return
                "name a component that exports \(foreign.name) in the annotation martlet.dev/components, or compose it "
                + "with one"
        }
        return "this engine has wasi:cli, clocks, filesystem, http, io, random and sockets of WASI 0.2, up to its own "
            + "version: name a component that exports what else it imports in the annotation martlet.dev/components, or "
            + "compose it with one"
    }

    private static func entrypoint(_ found: ModuleInspection) -> String? {
        if let module = found.module {
            let names = module.exports.filter { $0.type.hasPrefix("func ()") }.map(\.name)
            guard let first = names.first(where: { $0 != "_initialize" }) else {
                return "link it as a command, so that it exports _start"
            }
            return "name a function that it has: \(found.name)#\(first)"
        }
        return "build it as a wasi:cli/command or a wasi:http/proxy, or name an exported function after a #"
    }
}
