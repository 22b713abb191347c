import OCISpec
import Testing

@testable import MartletCommands

struct ProfileTests {
    /// As the engine writes it, with what is not looked at left out: `main` calls `slow`, which calls itself, and `fast`.
    private let json = """
        {"meta": {"interval": 1.0}, "libs": [], "threads": [{
          "frameTable": {"length": 3, "address": [1, 2, 3], "func": [0, 1, 2]},
          "funcTable": {"length": 3, "name": [1, 2, 0], "isJS": [false, false, false]},
          "samples": {"length": 5, "weightType": "samples", "stack": [1, 2, 3, null, 0], "weight": [3, 4, 2, 1, 1],
            "timeDeltas": [1.5, 1.0, 1.0, 1.0, 0.5], "threadCPUDelta": [0, 0, 0, 0, 0]},
          "stackTable": {"length": 4, "prefix": [null, 0, 1, 0], "frame": [0, 1, 1, 2]},
          "stringArray": ["fast<T>", "main", "slow"]}]}
        """

    private func stacks() throws -> StackTree {
        StackTree(try decodeJSON(GuestProfile.self, from: Array(json.utf8), file: nil))
    }

    @Test func functionsAreCountedOnceForEachStack() throws {
        let stacks = try stacks()
        #expect(stacks.samples == 10 && stacks.depth == 3)
        #expect(
            stacks.functions == [
                .init(name: "slow", own: 7, total: 7), .init(name: "fast<T>", own: 2, total: 2),
                .init(name: "main", own: 1, total: 10),
            ])
        #expect(
            stacks.report(top: 2, Style(isColoured: false)) == """
                10 samples in 0.005 s
                self    samples  with callees  function
                70.0 %  7        70.0 %        slow
                20.0 %  2        20.0 %        fast<T>

                """)
    }

    @Test func aProfileWithoutSamplesSaysSo() {
        let stacks = StackTree()
        #expect(stacks.report(top: 2, Style(isColoured: false)).hasPrefix("no samples"))
        #expect(FlameGraph(stacks, title: "a").svg.hasSuffix("</svg>\n"))
    }

    @Test func tablesThatLeadNowhereAreLeftOut() throws {
        let broken = json.replacing("[null, 0, 1, 0]", with: "[null, 0, 2, 99]")
        let stacks = StackTree(try decodeJSON(GuestProfile.self, from: Array(broken.utf8), file: nil))
        // The one that leads in a circle has an end, the one that leads out is no stack.
        #expect(stacks.samples == 8)
    }

    private struct Box {
        var left: Double
        var top: Double
        var width: Double
    }

    /// The boxes of a flame graph, by the names in their titles.
    private func boxes(of svg: String) -> [String: [Box]] {
        let form = #/<g><title>(.*?): .*</title><rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"/#
        var found: [String: [Box]] = [:]
        for match in svg.matches(of: form) {
            guard let left = Double(match.2), let top = Double(match.3), let width = Double(match.4) else { continue }
            found[String(match.1), default: []].append(Box(left: left, top: top, width: width))
        }
        return found
    }

    @Test func boxesAreAsWideAsTheirSamplesAndStandOnTheirCallers() throws {
        let svg = FlameGraph(try stacks(), title: "a & b").svg
        #expect(svg.contains(">a &amp; b: 10 samples in 0.005 s</text>"))
        let boxes = boxes(of: svg)
        #expect(boxes.keys.sorted() == ["all", "fast&lt;T&gt;", "main", "slow"])
        let all = try #require(boxes["all"]?.first)
        let slow = try #require(boxes["slow"])
        #expect(slow.map(\.width).sorted() == [0.4, 0.7].map { ($0 * all.width * 100).rounded() / 100 })
        for box in boxes.values.joined() {
            #expect(box.left >= all.left && box.left + box.width <= all.left + all.width + 0.01)
        }
        let main = try #require(boxes["main"]?.first)
        #expect(main.top < all.top && slow.allSatisfy { $0.top < main.top })
        // Side by side, and not over each other.
        let fast = try #require(boxes["fast&lt;T&gt;"]?.first)
        let wide = try #require(slow.max { $0.width < $1.width })
        #expect(fast.top == wide.top && fast.left >= wide.left + wide.width - 0.01)
    }

    @Test(arguments: [
        ("app.wasm", "app.wasm"), ("./a/app.wat#run", "app.wat"), ("oci:./layout:latest", "layout"),
        ("/tmp/image.tar", "image.tar"),
    ])
    func theFileIsNamedAfterTheTarget(target: String, name: String) {
        #expect(ProfileCommand.name(of: target) == name)
    }
}
