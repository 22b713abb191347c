import Foundation
import OCISpec
import Seccomp
import Testing

@Suite struct PrecompiledProgramTests {
    /// Where it differs because the profile was changed, `MARTLET_REGENERATE=1 swift test --filter
    /// PrecompiledProgramTests` writes the file anew.
    @Test(
        .enabled("needs x86_64") {
            #if arch(x86_64)
                true
            #else
                false
            #endif
        }, arguments: [BuiltInProfile.guest, .server])
    func aGuestsFilterIsWhatTheCompilerMakesOfItsProfile(profile: BuiltInProfile) throws {
        let compiled = try SeccompFilter.compileBuiltIn(profile, denial: .errno)
        if ProcessInfo.processInfo.environment["MARTLET_REGENERATE"] != nil {
            try regenerate(compiled.program.map(\.packed), "\(profile)")
            return
        }
        let used = try SeccompFilter.builtIn(profile)
        #expect(used.program.map(\.packed) == compiled.program.map(\.packed))
        #expect(used.flags == compiled.flags)
    }

    private func regenerate(_ instructions: [UInt64], _ name: String) throws {
        var text =
            "// Written by PrecompiledProgramTests; see PrecompiledProgram.\n\nlet \(name)Instructions: [UInt64] = [\n"
        for start in stride(from: 0, to: instructions.count, by: 4) {
            let row = instructions[start..<min(start + 4, instructions.count)]
            text += "    " + row.map { "0x" + String($0, radix: 16) }.joined(separator: ", ") + ",\n"
        }
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Seccomp/Generated/\(name.capitalized)Instructions.swift").standardized
        try Data((text + "]\n").utf8).write(to: file)
    }
}
