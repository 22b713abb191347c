import Foundation
import Testing

extension Integration {
    /// Files of served components. What a guest is given is the same over the engine's own WASI, but for slashes at the
    /// end of names, where the engine's has its own ideas.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ServiceFilesTests {
        /// Serves a guest that has a folder at /data, and the same at /read-only, and tells it to do what is on the left
        /// of each line: what is on the right is its answer. 0 is `/`, 3 is /data, 4 is /read-only.
        @discardableResult
        private func expect(
            of guest: String, with prepare: (HostFolder) throws -> Void = { _ in }, _ table: String,
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws -> Outcome {
            let table = "dirs => / .\nopen 3 0 1 data 2 1 => ok\nopen 4 0 1 read-only 2 1 => ok\n" + table
            let lines = table.split(separator: "\n").map { $0.components(separatedBy: " => ") }
            let folder = try HostFolder()
            try prepare(folder)
            let container = container(.guest(guest)).mount(folder.path, at: "/data")
                .mount(folder.path, at: "/read-only", "ro")
            return try await Service.start(container).whileServing { service in
                let answers = try service.run(lines.map { $0[0] }.joined(separator: "\n"))
                    .components(separatedBy: "\n")
                #expect(answers.count == lines.count, sourceLocation: sourceLocation)
                for (line, answer) in zip(lines, answers) {
                    let verb = line[0].prefix { $0 != " " }
                    #expect(answer == "\(verb): \(line[1])", "\(line[0])", sourceLocation: sourceLocation)
                }
            }
        }

        @Test(arguments: Service.files) func aFileIsReadAndWritten(_ guest: String) async throws {
            try await expect(
                of: guest,
                #"""
                open 10 3 1 file 1 3 => ok
                write 10 0 hello%20world => 11
                read 10 5 0 => 'hello'
                read 10 100 6 => 'world'
                read 10 100 11 => '' end
                read 10 0 0 => '' end
                read 10 5 18446744073709551615 => invalid
                write 10 18446744073709551615 x => invalid
                write 10 3 % => 0
                write 10 15 far => 3
                read 10 100 9 => 'ld\00\00\00\00far'
                resize 10 3 => ok
                read 10 100 0 => 'hel'
                resize 10 6 => ok
                read 10 100 0 => 'hel\00\00\00'
                resize 10 18446744073709551615 => invalid
                resize 3 0 => bad-descriptor
                read 3 1 0 => bad-descriptor
                write 3 0 x => bad-descriptor
                sync 10 => ok
                sync-data 10 => ok
                sync 0 => ok
                sync-data 3 => ok
                advise 10 0 0 0 => ok
                advise 10 0 10 5 => ok
                advise 10 5 18446744073709551615 3 => invalid
                advise 3 0 0 0 => bad-descriptor
                open 11 3 1 file 0 1 => ok
                read 11 10 0 => 'hel\00\00\00'
                write 11 0 x => bad-descriptor
                resize 11 0 => invalid
                open 12 3 1 file 0 2 => ok
                read 12 1 0 => bad-descriptor
                write 12 1 E => 1
                read 11 3 0 => 'hEl'
                close 11 => ok
                close 12 => ok
                """#)
        }

        @Test(arguments: Service.files) func itIsOpenedAsTheFlagsSay(_ guest: String) async throws {
            try await expect(
                of: guest,
                #"""
                open 10 3 1 new 0 1 => no-entry
                open 10 3 1 new 4 1 => no-entry
                open 10 3 1 new 3 1 => invalid
                open 10 3 1 new 10 1 => invalid
                open 10 3 1 new 6 1 => invalid
                open 10 3 1 new 5 2 => ok
                flags 10 => 2
                type 10 => regular-file
                write 10 0 abc => 3
                open 10 3 1 new 5 3 => exist
                open 10 3 1 new 13 3 => exist
                open 10 3 1 new 9 2 => ok
                stat 10 => regular-file links 1 size 0 accessed recent modified recent
                write 10 0 abc => 3
                open 10 3 1 new 8 1 => ok
                flags 10 => 3
                size 10 10 0 => 0
                open 10 3 1 new 0 5 => unsupported
                open 10 3 1 new 0 9 => unsupported
                open 10 3 1 new 0 17 => unsupported
                open 10 3 1 new 0 0 => ok
                flags 10 => 1
                open 10 3 1 new 0 32 => ok
                open 10 3 1 new 240 193 => ok
                open 10 3 1 new 2 1 => not-directory
                open 11 10 1 x 0 1 => not-directory
                mkdir 3 folder => ok
                open 10 3 1 folder 0 3 => is-directory
                open 10 3 1 folder 0 2 => is-directory
                open 10 3 1 folder 1 1 => is-directory
                open 10 3 1 folder 8 1 => is-directory
                open 10 3 1 folder 0 32 => ok
                flags 10 => 1
                type 10 => directory
                flags 0 => 33
                open 10 3 1 folder/../new 0 1 => ok
                open 10 3 1 ./new 0 1 => ok
                open 10 3 1 new/ 0 1 => not-directory
                open 10 3 1 other/ 1 3 => is-directory
                open 10 3 1 % 0 1 => no-entry
                open 10 3 1 a%00b 1 3 => invalid
                symlink 3 new link => ok
                open 10 3 1 link 0 1 => ok
                open 10 3 0 link 0 1 => loop
                open 10 3 0 link 2 1 => loop
                symlink 3 made dangling => ok
                open 10 3 0 dangling 1 3 => loop
                open 10 3 1 dangling 1 3 => ok
                stat-at 3 0 made => regular-file links 1 size 0 accessed recent modified recent
                """#)
        }

        @Test(arguments: Service.files) func whatIsKnownOfAFileIsTold(_ guest: String) async throws {
            let prepare: (HostFolder) throws -> Void = { folder in
                try Data("12345".utf8).write(to: URL(fileURLWithPath: folder.path + "/file"))
            }
            try await expect(
                of: guest, with: prepare,
                #"""
                type 0 => directory
                stat-at 3 0 file => regular-file links 1 size 5 accessed recent modified recent
                stat-at 3 0 nothing => no-entry
                stat-at 3 0 % => no-entry
                stat-at 3 1 file/ => not-directory
                stat-at 3 1 file/x => not-directory
                stat-at 0 0 data/../data/file => regular-file links 1 size 5 accessed recent modified recent
                open 10 3 0 file 0 3 => ok
                times 10 5.7 6.8 => ok
                stat 10 => regular-file links 1 size 5 accessed 5.7 modified 6.8
                times 10 - 9.3000000001 => ok
                stat 10 => regular-file links 1 size 5 accessed 5.7 modified 12.1
                times 10 now now => ok
                stat 10 => regular-file links 1 size 5 accessed recent modified recent
                times 10 18446744073709551615.0 - => overflow
                times 10 9223372036854775807.4000000000 - => overflow
                times 3 1.0 2.0 => ok
                stat 3 => directory links 1 accessed 1.0 modified 2.0
                stat-at 3 0 . => directory links 1 accessed 1.0 modified 2.0
                symlink 3 file link => ok
                stat-at 3 1 link => regular-file links 1 size 5 accessed recent modified recent
                stat-at 3 0 link => symbolic-link links 1 size 4 accessed recent modified recent
                times-at 3 0 link 5.0 6.0 => ok
                stat-at 3 0 link => symbolic-link links 1 size 4 accessed 5.0 modified 6.0
                times-at 3 1 link 7.0 8.0 => ok
                stat 10 => regular-file links 1 size 5 accessed 7.0 modified 8.0
                times-at 3 1 nothing 7.0 8.0 => no-entry
                times-at 3 1 file/ 7.0 8.0 => not-directory
                times-at 3 1 . 17.0 18.0 => ok
                stat 3 => directory links 1 accessed 17.0 modified 18.0
                open 11 4 0 file 0 1 => ok
                same 10 11 => yes
                same 3 4 => yes
                same 10 3 => no
                hash 10 4 0 file => equal
                hash 10 3 0 link => different
                hash 10 3 1 link => equal
                hash 10 3 0 nothing => no-entry
                symlink 3 loop loop => ok
                stat-at 3 1 loop => loop
                """#)
        }

        @Test(arguments: Service.files) func namesAreMadeMovedAndRemoved(_ guest: String) async throws {
            try await expect(
                of: guest,
                #"""
                open 10 3 0 file 1 3 => ok
                mkdir 3 a => ok
                mkdir 3 a => exist
                mkdir 3 b/ => ok
                mkdir 3 b/c/d => no-entry
                mkdir 3 . => exist
                mkdir 3 a/.. => exist
                mkdir 3 % => no-entry
                mkdir 10 x => not-directory
                link 3 0 file 3 hard => ok
                stat-at 3 0 hard => regular-file links 2 size 0 accessed recent modified recent
                hash 10 3 0 hard => equal
                link 3 0 file 3 hard => exist
                link 3 1 file 3 other => invalid
                link 3 0 a 3 other => not-permitted
                link 3 0 file/ 3 other => not-directory
                link 3 0 file 3 other/ => no-entry
                link 3 0 file 10 other => not-directory
                symlink 3 file link => ok
                symlink 3 x link => exist
                symlink 3 x new/ => no-entry
                symlink 3 % new => no-entry
                symlink 3 x . => exist
                symlink 3 a%00b new => invalid
                link 3 0 link 3 copy => ok
                readlink 3 copy => 'file'
                readlink 3 file => invalid
                readlink 3 a => invalid
                readlink 3 nothing => no-entry
                rename 3 hard 3 a/moved => ok
                rename 3 hard 3 a/moved => no-entry
                open 11 3 0 a 2 1 => ok
                rename 11 moved 3 hard => ok
                rename 3 hard 11 moved => ok
                rename 11 moved 3 file => ok
                unlink 11 moved => ok
                rename 3 b 3 c => ok
                rename 3 c/ 3 b/ => ok
                rename 3 a 3 file => not-directory
                rename 3 file 3 a => is-directory
                rename 3 a 3 a/inside => invalid
                rename 3 . 3 x => busy
                rename 3 a 3 . => busy
                rename 3 % 3 x => no-entry
                rename 10 a 3 x => not-directory
                rename 3 x 10 a => not-directory
                unlink 3 a => is-directory
                unlink 3 . => is-directory
                unlink 3 a/.. => is-directory
                unlink 3 nothing => no-entry
                unlink 3 file/ => not-directory
                unlink 3 file/x => not-directory
                unlink 3 % => no-entry
                unlink 3 link => ok
                rmdir 3 copy => not-directory
                rmdir 3 copy/ => not-directory
                rmdir 3 . => invalid
                mkdir 3 a/d => ok
                rmdir 3 a => not-empty
                rmdir 3 a/d => ok
                rmdir 3 a => ok
                rmdir 3 a => no-entry
                list 3 => 3 b:directory copy:symbolic-link file:regular-file
                list 10 => not-directory
                read 10 1 0 => '' end
                """#)
        }

        @Test(arguments: Service.files) func noPathLeadsOutOfItsDirectory(_ guest: String) async throws {
            let prepare: (HostFolder) throws -> Void = { folder in
                let links = [("abs", "/etc"), ("rel", "../etc"), ("root", "/"), ("deep", "folder/../../etc/hostname")]
                try FileManager.default.createDirectory(
                    atPath: folder.path + "/folder", withIntermediateDirectories: false)
                try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path + "/file"))
                for (name, target) in links {
                    try FileManager.default.createSymbolicLink(
                        atPath: "\(folder.path)/\(name)", withDestinationPath: target)
                }
            }
            let paths = [
                "..", "../", "../etc", "/", "/data/file", "/etc/hostname", "folder/../..", "folder/../../etc/hostname",
                "abs/hostname", "rel/hostname", "root/etc", "./../data/file",
            ]
            var table = ""
            for path in paths + ["abs", "rel", "root", "deep"] {
                table += "open 10 3 1 \(path) 0 1 => not-permitted\nstat-at 3 1 \(path) => not-permitted\n"
                table += "times-at 3 1 \(path) 1.0 1.0 => not-permitted\n"
            }
            for path in paths {
                table += "open 10 3 1 \(path) 0 1 => not-permitted\nstat-at 3 0 \(path) => not-permitted\n"
                table += "times-at 3 0 \(path) 1.0 1.0 => not-permitted\nmkdir 3 \(path) => not-permitted\n"
                table += "readlink 3 \(path) => not-permitted\nunlink 3 \(path) => not-permitted\n"
                table += "rmdir 3 \(path) => not-permitted\nsymlink 3 x \(path) => not-permitted\n"
                table += "rename 3 \(path) 3 x => not-permitted\nrename 3 file 3 \(path) => not-permitted\n"
                table += "link 3 0 \(path) 3 x => not-permitted\nlink 3 0 file 3 \(path) => not-permitted\n"
            }
            table += #"""
                symlink 3 /etc/hostname x => not-permitted
                symlink 3 ../etc out => ok
                readlink 3 out => '../etc'
                readlink 3 abs => not-permitted
                open 10 3 1 out 0 1 => not-permitted
                open 10 3 1 out 1 3 => not-permitted
                open 10 3 0 out 0 1 => loop
                open 10 0 1 data/out 0 1 => ok
                open 10 0 1 .. 0 1 => not-permitted
                open 10 0 1 data/abs 0 1 => not-permitted
                open 10 0 1 proc/self/root/etc 0 1 => loop
                open 10 0 1 proc/self/fd/9 0 1 => loop
                list 3 => 7 abs:symbolic-link deep:symbolic-link file:regular-file folder:directory out:symbolic-link \#
                rel:symbolic-link root:symbolic-link
                """#
            try await expect(of: guest, with: prepare, table)
        }

        @Test(arguments: Service.files) func whatIsMountedReadOnlyIsNotChanged(_ guest: String) async throws {
            let prepare: (HostFolder) throws -> Void = { folder in
                try Data("as it was".utf8).write(to: URL(fileURLWithPath: folder.path + "/file"))
            }
            // What EROFS is to the engine, and EXDEV between two mounts.
            try await expect(
                of: guest, with: prepare,
                #"""
                open 10 4 1 file 0 1 => ok
                read 10 100 0 => 'as it was'
                open 11 4 1 file 0 3 => io
                open 11 4 1 file 8 1 => io
                open 11 4 1 new 1 3 => io
                write 10 0 x => bad-descriptor
                resize 10 0 => invalid
                times 10 1.0 1.0 => io
                times-at 4 1 file 1.0 1.0 => io
                mkdir 4 x => io
                unlink 4 file => io
                rename 4 file 4 x => io
                rename 3 file 4 x => io
                link 4 0 file 3 x => io
                symlink 4 a x => io
                output 20 10 0 => ok
                put 20 x => failed: bad-descriptor
                read 10 100 0 => 'as it was'
                """#)
        }

        @Test(arguments: Service.files) func aNameMayBeTooLong(_ guest: String) async throws {
            let name = String(repeating: "n", count: 256)
            let path = String(repeating: "folder/../", count: 500) + "x"
            var table = ""
            for long in [name, path, "x/../\(name)/y"] {
                let error = long.hasPrefix("x/") ? "no-entry" : "name-too-long"
                table += "open 10 3 1 \(long) 1 3 => \(error)\nstat-at 3 0 \(long) => \(error)\n"
                table += "mkdir 3 \(long) => \(error)\nunlink 3 \(long) => \(error)\n"
                table += "rename 3 \(long) 3 x => \(error)\nsymlink 3 x \(long) => \(error)\n"
            }
            let just = name.dropLast()
            table += "open 10 3 1 \(just) 1 3 => ok\nlist 3 => 1 \(just):regular-file"
            try await expect(of: guest, table)
        }

        @Test(arguments: Service.files) func aDeviceIsWhatItIs(_ guest: String) async throws {
            try await expect(
                of: guest,
                #"""
                open 10 0 1 dev/zero 0 1 => ok
                size 10 1000000 0 => 65536
                open 10 0 1 dev/null 0 3 => ok
                write 10 0 abc => 3
                stat-at 0 0 dev/null => character-device links 1 size 0 accessed recent modified recent
                open 10 0 1 dev/full 0 3 => ok
                write 10 0 abc => insufficient-space
                output 20 10 0 => ok
                put 20 abc => failed: insufficient-space
                put 20 abc => closed
                open 10 0 1 proc/self/status 0 1 => ok
                size 10 1 0 => 1
                """#)
        }

        /// The container's streams, which have no offsets.
        @Test(arguments: Service.files) func theStandardStreamsAreFiles(_ guest: String) async throws {
            let outcome = try await expect(
                of: guest,
                #"""
                open 10 0 1 dev/stdout 0 2 => ok
                write 10 0 by%20path%0a => 8
                append 20 10 => ok
                put 20 more%0a => ok
                open 11 0 1 proc/self/fd/2 0 2 => ok
                write 11 0 an%20error%0a => 9
                """#)
            #expect(outcome.stdout == "by path\nmore\n")
            #expect(outcome.stderr == "an error\n")
        }

        /// Over the engine, whoever opens one waits until another process does.
        @Test func aPipeMakesALoweredGuestNotWait() async throws {
            let prepare: (HostFolder) throws -> Void = { folder in
                guard mkfifo(folder.path + "/pipe", 0o666) == 0 else { throw FixtureError(description: "no pipe") }
            }
            try await expect(
                of: "files-plain.wasm", with: prepare,
                #"""
                stat-at 3 0 pipe => unknown links 1 size 0 accessed recent modified recent
                open 11 3 1 pipe 0 2 => io
                open 10 3 1 pipe 0 1 => ok
                read 10 1 0 => '' end
                open 11 3 1 pipe 0 3 => ok
                write 11 0 x => 1
                read 10 5 7 => 'x'
                append 20 11 => ok
                put 20 yz => ok
                read 10 5 0 => 'yz'
                open 12 3 1 pipe 2 1 => not-directory
                """#)
        }
    }
}
