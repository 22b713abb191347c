import ProbeProtocol
import Testing

@testable import MartletCommands
@testable import WasmBinary

struct InspectionTests {
    private func module(_ imports: [(String, String)], _ exports: [(String, String)] = []) -> ModuleInspection {
        var outline = ModuleOutline()
        outline.imports = imports.map { .init(module: $0.0, name: $0.1, type: "func ()") }
        outline.exports = exports.map { .init(name: $0.0, type: $0.1) }
        var found = ModuleInspection(name: "app.wasm", kind: .unknown)
        found.describe(.module(outline))
        return found
    }

    private func mend(_ code: String, _ found: ModuleInspection) -> String? {
        Mend.of(.init(code: code, message: ""), found)
    }

    @Test func theWorldIsToldFromImportsAndExports() {
        #expect(
            module([("wasi_snapshot_preview1", "fd_write")], [("_start", "func ()")]).world == "command, WASI preview 1"
        )
        #expect(
            module([("wasi_unstable", "fd_write")], [("_initialize", "func ()")]).world == "reactor, WASI preview 0")
        #expect(module([], [("f", "func ()")]).world == "functions, no WASI")
        var component = ComponentOutline()
        component.exports = [.init(name: "wasi:cli/run@0.2.0", kind: "instance")]
        #expect(World.of(component).hasPrefix("command"))
        component.exports.insert(.init(name: "wasi:http/incoming-handler@0.2.0", kind: "instance"), at: 0)
        #expect(World.of(component).hasPrefix("server"))
    }

    @Test func aMendFitsWhatIsMissing() {
        #expect(mend("unknownImport", module([("gojs", "f")]))?.contains("GOOS=wasip1") == true)
        #expect(mend("unknownImport", module([("wbg", "f")]))?.contains("wasm-bindgen") == true)
        #expect(mend("unknownImport", module([("env", "f")]))?.contains("--allow-undefined") == true)
        #expect(mend("unknownImport", module([("wasi_snapshot_preview1", "new")]))?.contains("wasm32-wasip1") == true)
        let functions = module([], [("add", "func (i32) -> i32"), ("go", "func ()")])
        #expect(mend("unsuitableExport", functions)?.contains("app.wasm#go") == true)
        #expect(mend("unsuitableExport", module([]))?.contains("_start") == true)
        #expect(mend("engine", functions) == nil)

        var outline = ComponentOutline()
        outline.imports = [.init(name: "wasi:cli/stdout@0.3.0", kind: "instance")]
        var component = ModuleInspection(name: "app.wasm", kind: .component)
        component.describe(.component(outline))
        #expect(mend("unknownImport", component)?.contains("WASI 0.2") == true)
        outline.imports = [.init(name: "my:own/thing@1.0.0", kind: "instance")]
        component.describe(.component(outline))
        #expect(
            mend("unknownImport", component)
                == "name a component that exports my:own/thing@1.0.0 in the annotation martlet.dev/components, or compose it with "
                + "one")
    }

    @Test func colourIsOnlyInWhatIsColoured() {
        var found = module([("env", "f")], [("_start", "func ()")])
        found.problem = .init(message: "no", mend: "do")
        let plain = found.text(Style(isColoured: false))
        #expect(!plain.contains("\u{1b}") && plain.hasSuffix("error: no\nhint: do"))
        #expect(found.text(Style(isColoured: true)).contains("\u{1b}[31merror\u{1b}[0m"))
        #expect(plain.contains("imports  env: f"))
    }

    @Test func verdictsAreColouredAtTheBeginningOfALine() {
        let text = "ok: error: x\n  -> ok: y\nerror: z"
        #expect(Style(isColoured: false).verdicts(text) == text)
        #expect(
            Style(isColoured: true).verdicts(text)
                == "\u{1b}[32mok\u{1b}[0m: error: x\n  -> ok: y\n\u{1b}[31merror\u{1b}[0m: z")
    }

    @Test(arguments: [(0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (3 << 30, "3 GiB")])
    func sizesAreReadByPeople(bytes: UInt64, text: String) {
        #expect(ModuleInspection.size(bytes) == text)
    }
}
