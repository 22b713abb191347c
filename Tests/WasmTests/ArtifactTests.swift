import Foundation
import Testing

@testable import Wasm

@Suite("Artifacts")
struct ArtifactTests {
    let engine: Engine
    let path = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString).cwasm").path

    init() throws {
        engine = try Config().makeEngine()
    }

    func binary(_ text: String) throws -> [UInt8] {
        var text = text
        return try text.withUTF8 { try assemble(UnsafeRawBufferPointer($0)) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try Data(bytes).write(to: URL(filePath: path))
    }

    @Test func aModulesArtifactRunsWhenItIsMapped() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let binary = try binary(#"(module (func (export "run")))"#)
        try binary.withUnsafeBytes { try Module(compiling: $0, with: engine).serialize(write) }
        let module = try Module(mapping: path, with: engine)
        let instance = try Linker(engine).link(module).instantiate(in: Store(engine))
        try #require(instance.function("run")).call()
    }

    @Test func aComponentsArtifactRunsWhenItIsMapped() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let binary = try binary(ComponentTests.twoFunctions)
        try binary.withUnsafeBytes { try Component(compiling: $0, with: engine).serialize(write) }
        let component = try Component(mapping: path, with: engine)
        let instance = try ComponentLinker(engine).instantiate(component, in: Store(engine))
        let export = try #require(component.export("good"))
        let function = try #require(instance.function(export))
        #expect(try function.call(hasResult: true) == .success)
    }

    @Test func anArtifactOfOtherSettingsIsRefused() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let binary = try binary("(module)")
        try binary.withUnsafeBytes { try Module(compiling: $0, with: engine).serialize(write) }
        let config = Config()
        config.setConsumesFuel(true)
        let other = try config.makeEngine()
        #expect(throws: EngineError.self) { try Module(mapping: path, with: other) }
    }

    @Test func aModuleIsNoArtifact() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try binary("(module)").withUnsafeBytes(write)
        #expect(throws: EngineError.self) { try Module(mapping: path, with: engine) }
    }
}
