import Glibc
import LinuxSystem
import Testing
import Wasm

@testable import HTTPHost

/// What outlives a request: descriptors alone, which language runtimes keep.
@Suite struct HandleTableTests {
    private final class Thing {}

    private func descriptor() throws -> Descriptor {
        Descriptor(HeldDescriptor(try openFile("/", OpenFlag.path | O_DIRECTORY)), isDirectory: true, .read)
    }

    @Test func aDescriptorStaysAndAllElseGoes() throws {
        var handles = HandleTable()
        let (kept, thing) = (try descriptor(), try handles.add(Thing()))
        let number = try handles.add(kept)
        handles.endRequest()
        #expect(try handles.get(number, as: Descriptor.self) === kept)
        #expect(throws: EngineError.self) { try handles.get(thing, as: Thing.self) }
        // No number of the first request's comes again.
        let later = try handles.add(Thing())
        #expect(later != number && later != thing)
        try handles.drop(thing)
        _ = try handles.get(later, as: Thing.self)
        handles.endRequest()
        #expect(try handles.get(number, as: Descriptor.self) === kept)
    }

    @Test func aDescriptorOfAnEarlierRequestIsLetGo() throws {
        var handles = HandleTable()
        weak var gone: Descriptor?
        let number: UInt32
        do {
            let made = try descriptor()
            gone = made
            number = try handles.add(made)
        }
        handles.endRequest()
        #expect(gone != nil)
        try handles.drop(number)
        #expect(gone == nil)
        #expect(throws: EngineError.self) { try handles.get(number, as: Descriptor.self) }
        // Again, as of whatever was of an earlier request.
        try handles.drop(number)
    }

    @Test func aDescriptorIsNothingElse() throws {
        var handles = HandleTable()
        let number = try handles.add(try descriptor())
        handles.endRequest()
        #expect(throws: EngineError.self) { try handles.get(number, as: Thing.self) }
        #expect(throws: EngineError.self) { try handles.take(number, as: Thing.self) }
        #expect(try handles.take(number, as: Descriptor.self).isDirectory)
        #expect(throws: EngineError.self) { try handles.get(number, as: Descriptor.self) }
    }

    @Test func whoKeepsDescriptorsComesToTheEndOfTheNumbers() throws {
        var handles = HandleTable(largest: 10)
        var others = HandleTable(largest: 10)
        _ = try handles.add(try descriptor())
        for request in 1...20 {
            _ = try handles.add(Thing())
            _ = try others.add(Thing())
            handles.endRequest()
            others.endRequest()
            let (areSpent, areOthersSpent) = (handles.areSpent, others.areSpent)
            #expect(areSpent == (request >= 10) && !areOthersSpent)
        }
    }
}
