import Foundation
import Testing

extension Integration {
    /// The file system that a guest sees.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct FilesTests {
        private let tool = container(.guest("tool.wasm"))

        @Test func theRootIsTheImagesAndNotTheMachines() async throws {
            let outcome = try await tool.args("list", "/").run()
            let names = Set(outcome.stdout.split(separator: "\n").map(String.init))
            #expect(names.isSuperset(of: ["tool.wasm", "tmp", "proc"]))
            #expect(names.isDisjoint(with: ["usr", "home", "var"]))
        }

        @Test func aBoundFileIsRead() async throws {
            let file = try HostFile("{\"debug\": true}\n")
            let outcome = try await tool.args("read", "/etc/config.json").mount(file.path, at: "/etc/config.json", "ro")
                .run()
            #expect(outcome.stdout == "{\"debug\": true}\n")
        }

        @Test func aFileBoundReadOnlyCannotBeWritten() async throws {
            let file = try HostFile("as it was\n")
            let outcome = try await tool.args("write", "/etc/config.json", "changed")
                .mount(file.path, at: "/etc/config.json", "ro").run()
            #expect(outcome.status == 1)
            #expect(try file.text == "as it was\n")
        }

        @Test func aRelativePathIsTakenFromTheWorkingDirectory() async throws {
            let folder = try HostFolder()
            let outcome = try await tool.args("write", "note.txt", "from the guest").mount(folder.path, at: "/data")
                .cwd("/data").run()
            #expect(outcome.stderr == "")
            #expect(try folder.text("note.txt") == "from the guest\n")
        }

        @Test func aModuleIsFoundRelativeToTheWorkingDirectory() async throws {
            let image = Image(
                files: ["/app/bin/tool.wasm": "\(Requirement.guests ?? "")/tool.wasm"], entrypoint: ["bin/tool.wasm"])
            let outcome = try await container(image).args("print", "found").cwd("/app").run()
            #expect(outcome.stdout == "found\n")
        }

        @Test func aReadOnlyRootRefusesToBeWritten() async throws {
            let outcome = try await tool.args("write", "/tmp/note.txt", "no").readOnly().run()
            #expect(outcome.status == 1)
            #expect(outcome.stderr.contains("/tmp/note.txt"))
        }

        @Test func aWritableRootIsWritten() async throws {
            #expect(try await tool.args("write", "/tmp/note.txt", "yes").run().status == 0)
        }

        @Test func noPathLeadsOutOfTheContainer() async throws {
            let outcome = try await tool.args("read", "/../../../../etc/debian_version").run()
            #expect(outcome.status == 1)
            #expect(outcome.stdout == "")
        }
    }
}
