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

        @Test(arguments: ["hello.wasm", "hello-rust.wasm", "hello-go.wasm", "component.wasm"])
        func anAbsolutePathHoldsInEveryWorkingDirectory(name: String) async throws {
            #expect(try await reads("/etc/config.json", by: name, in: "/tmp"))
        }

        /// wasi-libc knows no working directory: it can't tell `.` from `/`, and one of them has to be right.
        @Test(arguments: ["hello.wasm", "hello-rust.wasm"])
        func aRelativePathIsTakenFromTheRootByWASILibc(name: String) async throws {
            #expect(try await reads("etc/config.json", by: name, in: "/tmp"))
            #expect(try await !reads("config.json", by: name, in: "/etc"))
        }

        /// Go takes its working directory from there, else the first directory that it is given.
        @Test func aRelativePathIsTakenFromPWDByGo() async throws {
            #expect(try await reads("config.json", by: "hello-go.wasm", in: "/etc", "PWD=/etc"))
            #expect(try await reads("etc/config.json", by: "hello-go.wasm", in: "/tmp"))
        }

        /// Whether a guest finds a file that is bound at /etc/config.json by this path.
        private func reads(
            _ path: String, by guest: String, in directory: String, _ environment: String...
        ) async throws -> Bool {
            let file = try HostFile("{\"found\": true}\n")
            var each = container(.guest(guest)).env("HELLO_FILE=\(path)").cwd(directory)
                .mount(file.path, at: "/etc/config.json", "ro")
            for variable in environment { each = each.env(variable) }
            return try await each.run().stdout.contains("file: {\"found\": true}")
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
