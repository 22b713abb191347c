import Foundation
import Testing

extension Integration {
    /// Whatever a served guest does to files, it is told the same over the engine's own WASI as when it is lowered.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ServiceFileComparisonTests {
        @Test func whatIsDoneByChanceEndsTheSameWayInBothWays() async throws {
            var texts: [[String]] = []
            let scripts = (1...10).map { Script(number: $0).lines }
            for guest in Service.files {
                let folder = try HostFolder()
                for number in 1...scripts.count {
                    try FileManager.default.createDirectory(
                        atPath: "\(folder.path)/\(number)", withIntermediateDirectories: false)
                }
                try await Service.start(container(.guest(guest)).mount(folder.path, at: "/data")).whileServing {
                    service in
                    var answers: [String] = []
                    for script in scripts { answers.append(try service.run(script.joined(separator: "\n"))) }
                    texts.append(answers)
                }
            }
            for (number, script) in scripts.enumerated() {
                let answers = texts.map { $0[number].components(separatedBy: "\n") }
                #expect(answers.allSatisfy { $0.count == script.count })
                // What comes after the first difference comes of it.
                let first = script.indices.first { answers[0][$0] != answers[1][$0] }
                if let first {
                    Issue.record(
                        "script \(number + 1), \(script[first]): \(answers[0][first]), lowered: \(answers[1][first])")
                }
            }
        }
    }
}

/// Lines for a guest of ``Service/files``, the same for the same number, about a folder /data/NUMBER.
private struct Script: RandomNumberGenerator {
    private static let names = [
        "a", "b", "c", "d", "l", "a/b", "b/c", "d/a", "../a", "..", ".", "a/..", "/a", "l/a", "a/../b", "./c", "d/../l",
        "l/..", "b/../../1/a", "%", "a//b", "d/./a", "l/../a",
    ]

    private(set) var lines: [String] = []
    private var state: UInt64

    init(number: Int) {
        state = UInt64(number)
        lines = ["dirs", "open 3 0 1 data/\(number) 2 1"]
        // Each number stands for something.
        lines += (10...20).map { "open \($0) 3 1 seed\($0 % 3) 1 3" }
        for _ in 0..<300 { lines.append(line()) }
    }

    /// xorshift64*.
    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_f491_4f6c_dd1d
    }

    private mutating func one<Element>(of elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &self)]
    }

    private mutating func number(_ most: Int = 20) -> Int { Int.random(in: 0...most, using: &self) }

    /// A directory, most times; a path in it.
    private mutating func path() -> String { "\(one(of: [3, 3, 3, 3, 12, 13])) \(one(of: Self.names))" }

    private mutating func followedPath() -> String {
        "\(one(of: [3, 3, 3, 3, 12, 13])) \(number(1)) \(one(of: Self.names))"
    }

    private mutating func file() -> Int { 10 + number(10) }

    private mutating func line() -> String {
        switch number(18) {
        case 0...2:
            "open \(file()) \(followedPath()) \(one(of: [0, 0, 1, 1, 2, 5, 8, 9, 13])) \(one(of: [1, 1, 2, 3, 3, 0, 33]))"
        case 3: "mkdir \(path())"
        case 4: "rmdir \(path())"
        case 5: "unlink \(path())"
        case 6, 7: "rename \(path()) \(path())"
        case 8: "link 3 \(one(of: [0, 0, 0, 1])) \(one(of: Self.names)) \(path())"
        case 9, 10: "symlink 3 \(one(of: Self.names)) \(one(of: Self.names))"
        case 11: "readlink \(path())"
        case 12: "stat-at \(followedPath())"
        case 13: "times-at \(followedPath()) \(one(of: ["-", "5.3", "now"])) \(one(of: ["-", "7.1", "now"]))"
        case 14: "write \(file()) \(number()) text"
        case 15: "read \(file()) \(number()) \(number())"
        case 16: one(of: ["stat \(file())", "flags \(file())", "type \(file())"])
        case 17: one(of: ["resize \(file()) \(number(30))", "list \(one(of: [3, 12]))"])
        default: "hash \(file()) \(followedPath())"
        }
    }
}
