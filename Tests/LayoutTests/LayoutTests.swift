import Foundation
import Testing

/// What the design says of the parts: which of them know the engine, threads and each other.
struct LayoutTests {
    @Test func onlyWhatRunsOrProbesModulesLinksLibwasmtime() throws {
        for program in [BuiltProgram.engine, .server, .probe] {
            #expect(try program.libraries.contains("libwasmtime.so"))
        }
        for program in [BuiltProgram.shim, .command] {
            let libraries = try program.libraries
            #expect(libraries.contains("libc.so.6"))
            #expect(!libraries.contains { $0.contains("wasmtime") })
        }
    }

    /// Else libwasmtime takes the C library's, which know no pipes.
    @Test func libwasmtimeReadsAndWritesFilesByFunctionsOfOurs() throws {
        for program in [BuiltProgram.engine, .server, .probe] {
            #expect(try program.exports.isSuperset(of: ["pread64", "pwrite64"]), "\(program)")
        }
        let (status, output) = try run("nm", ["--dynamic", "--undefined-only", try BuiltProgram.wasmtime])
        #expect(status == 0 && output.contains(" U pread64@") && output.contains(" U pwrite64@"))
    }

    /// Each pod has one, and most serve nothing.
    @Test func theEngineHasNoServerInIt() throws {
        for (program, has) in [(BuiltProgram.engine, false), (.server, true), (.probe, true)] {
            let bytes = try Data(contentsOf: URL(filePath: try program.path), options: .alwaysMapped)
            #expect((bytes.range(of: Data("NIOPosix".utf8)) != nil) == has, "\(program)")
        }
    }

    /// Among others: what runs between a fork and a guest reaches neither SwiftNIO nor Dispatch.
    @Test func targetsImportOnlyWhatTheyMay() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let (status, output) = try run(root.appending(path: "hack/check-imports").path(), [])
        #expect(status == 0, "\(output)")
    }

    @Test func theCommandSaysItsVersionAndWhatIsWrong() throws {
        #expect(try run(BuiltProgram.command.path, ["--version"]) == (0, "martlet 0.1.0\n"))
        let (status, output) = try run(BuiltProgram.command.path, ["check", "/proc/self/none"])
        #expect(status == 1)
        #expect(output.hasPrefix("error: bundle /proc/self/none/config.json: "))
    }
}
