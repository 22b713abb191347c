import ShimBench
import Testing

@Suite struct MemoryTests {
    private static let rollup = """
        00400000-7fff0e7f3000 ---p 00000000 00:00 0                              [rollup]
        Rss:               13144 kB
        Pss:                5671 kB
        Pss_Dirty:          2300 kB
        Shared_Clean:      10000 kB
        Private_Clean:       116 kB
        Private_Dirty:      2300 kB
        Private_Hugetlb:       0 kB
        Swap:                  0 kB
        """

    @Test func whatIsUniqueIsThePrivatePages() throws {
        let sample = try #require(MemorySample(rollup: Self.rollup, role: .shim, pid: 7, name: "shim"))
        #expect(sample.rss == 13144)
        #expect(sample.pss == 5671)
        #expect(sample.uss == 2416)
        #expect(sample.shared == 10728)
    }

    @Test func aRollupThatLacksAFieldIsNone() {
        #expect(MemorySample(rollup: "Rss: 1 kB\nPss: 1 kB\n", role: .shim, pid: 7, name: "shim") == nil)
    }

    @Test func aPodIsTheSumOfItsProcesses() throws {
        let shim = try #require(MemorySample(rollup: Self.rollup, role: .shim, pid: 7, name: "shim"))
        let container = try #require(MemorySample(rollup: Self.rollup, role: .container, pid: 8, name: "sleep"))
        let pod = PodMemory(id: "a", processes: [shim, container])
        #expect(pod.sum(\.pss) == 2 * 5671)
        #expect(pod.sum(\.pss, of: .container) == 5671)
        #expect(pod.sum(\.pss, of: .engine) == nil)
    }
}
