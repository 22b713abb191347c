import Foundation
import Testing

@testable import OCIRuntime

struct StateTests {
    @Test(arguments: ["a", "A-1_b+c.d", String(repeating: "x", count: 1024)])
    func idsArePlainNames(id: String) throws {
        try checkContainerID(id)
    }

    @Test(arguments: ["", ".", "..", "a/b", "a b", "ä", "a\u{0}", String(repeating: "x", count: 1025)])
    func otherNamesAreRefused(id: String) {
        #expect(throws: RuntimeError.self) { try checkContainerID(id) }
    }

    @Test func aProcessIsKnownByItsStartToo() throws {
        let own = try #require(ProcessIdentity(pid: getpid()))
        #expect(own.open() != nil)
        var later = own
        later.startTicks += 1
        #expect(later.open() == nil)
        #expect(ProcessIdentity(pid: Int32.max) == nil)
    }

    @Test func aRecordIsKeptAndReadAgain() throws {
        let root = NSTemporaryDirectory() + "/martlet-state-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        var record = ContainerRecord(
            ociVersion: "1.2.0", id: "c1", bundle: "/b", rootfs: "/b/rootfs", annotations: ["a": "b"])
        record.process = ProcessIdentity(pid: getpid())
        record.gate = 7
        let folder = try StateFolder.make("c1", in: root)
        try folder.write(record)
        #expect(try folder.read() == record)
        #expect(StateFolder.ids(in: root) == ["c1"])
        let error = #expect(throws: RuntimeError.self) { try StateFolder.make("c1", in: root) }
        #expect(error?.code == .alreadyExists)
        try folder.remove()
        let gone = #expect(throws: RuntimeError.self) { try StateFolder.find("c1", in: root) }
        #expect(gone?.code == .notFound)
    }

    @Test func theStatusIsThatOfTheProcess() throws {
        var record = ContainerRecord(ociVersion: "1.2.0", id: "c1", bundle: "/b", rootfs: "/r", annotations: nil)
        #expect(record.status == .creating)
        record.process = ProcessIdentity(pid: getpid())
        record.stage = .created
        #expect(record.status == .created)
        record.stage = .started
        #expect(record.status == .running)
        record.process?.startTicks += 1
        #expect(record.status == .stopped && ContainerSummary(record).pid == 0)
    }
}
