import CRIClient
import Foundation
import Testing

extension Integration {
    /// Many pods, eight at a time, twice over.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct PodCrowdTests {
        /// MARTLET_TEST_PODS of the environment says another number, such as 100.
        static let count = ProcessInfo.processInfo.environment["MARTLET_TEST_PODS"].flatMap(Int.init) ?? 24

        @Test(arguments: 1...2)
        func manyPodsComeAndGo(round: Int) async throws {
            let tool = Image.guest("tool.wasm")
            // Each to its end, so that a pod that fails leaves the others in order.
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<Self.count {
                    if number >= 8 { await group.next() }
                    group.addTask { await Self.run(tool, number) }
                }
            }
        }

        private static func run(_ tool: Image, _ number: Int) async {
            do {
                try await withPod { pod in
                    let guest = try await pod.start("guest", tool, "sleep")
                    try await guest.says("ready")
                    let other = try await pod.start("other", tool, "print", "pod \(number)")
                    #expect(try await other.ended().exitCode == 0)
                    #expect(other.text() == "pod \(number)")
                    try await guest.stop()
                }
            } catch {
                Issue.record("pod \(number): \(error)")
            }
        }
    }
}
