import Testing
import Wasm

@testable import WasmHost

@Suite("The engine's configuration")
struct EngineConfigurationTests {
    @Test func everySettingThatShapesCodeIsInTheFingerprint() {
        let plain = EngineConfiguration().fingerprint
        #expect(plain.contains(EngineConfiguration.engineVersion))
        let changes: [(inout EngineConfiguration) -> Void] = [
            { $0.gc = false }, { $0.gc = true }, { $0.exceptions = false }, { $0.threads = false },
            { $0.memory64 = false }, { $0.tailCalls = false }, { $0.relaxedSIMD = false }, { $0.multiMemory = false },
            { $0.functionReferences = false }, { $0.maxWasmStack = 1 << 20 }, { $0.fuel = 1 },
            { $0.pool = .init(guests: 1, memoryBytes: 1 << 20) }, { $0.epochInterruption = true },
            { $0.perf = .map }, { $0.debugInfo = true },
        ]
        let fingerprints = changes.map { change in
            var configuration = EngineConfiguration()
            change(&configuration)
            return configuration.fingerprint
        }
        #expect(Set(fingerprints + [plain]).count == changes.count + 1)
    }

    @Test func howMuchFuelThereIsDoesNotShapeCode() {
        var little = EngineConfiguration()
        little.fuel = 1
        var much = EngineConfiguration()
        much.fuel = 1_000_000
        #expect(little.fingerprint == much.fingerprint)
    }

    @Test func aPoolIsMade() async {
        await #expect(processExitsWith: .success) {
            var configuration = EngineConfiguration()
            configuration.pool = .init(guests: 4, memoryBytes: 16 << 20)
            let fixture = try Fixture(configuration)
            let outcome = try fixture.run(try fixture.program(ModuleGuestTests.prints))
            #expect(outcome.output == "hello")
        }
    }

    @Test func aStackOfAnySizeInRangeIsAccepted() async {
        await #expect(processExitsWith: .success) {
            var configuration = EngineConfiguration()
            configuration.maxWasmStack = 4 << 20
            configuration.epochInterruption = true
            let fixture = try Fixture(configuration)
            #expect(try fixture.run(try fixture.program(ModuleGuestTests.prints)).output == "hello")
        }
        var configuration = EngineConfiguration()
        configuration.maxWasmStack = 1
        #expect(throws: GuestError.self) { _ = try configuration.makeEngine() }
    }

    @Test func aFeatureThatIsOffIsRefusedWithItsName() async {
        await #expect(processExitsWith: .success) {
            var configuration = EngineConfiguration()
            configuration.memory64 = false
            let fixture = try Fixture(configuration)
            let error = #expect(throws: GuestError.self) { try fixture.program("(module (memory i64 1))") }
            #expect(error?.code == .invalidModule)
            #expect(error?.message.contains("memory64") == true)
        }
    }
}
