import Glibc
import LinuxSystem
import OCISpec
import Testing

@testable import Bundle

/// What a resolution came to, comparable.
private enum Outcome: Equatable {
    case wasm(path: String, function: String?, format: WasmEntrypoint.Format, content: [UInt8])
    case native
    case failed(EntrypointError.Code)
}

@Suite struct EntrypointTests {
    static let module: [UInt8] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
    let scratch: Scratch
    let bundle: Bundle

    init() throws {
        scratch = try Scratch()
        bundle = try Bundle(path: scratch.path)
        try scratch.folder("rootfs")
    }

    private func resolve(
        _ argument: String, cwd: String = "/", env: [String] = [], mounts: [Mount] = []
    ) -> Outcome {
        var process = Process(args: [argument], cwd: cwd)
        process.env = env
        do {
            let resolver = EntrypointResolver(bundle: bundle, rootfs: "\(scratch.path)/rootfs", mounts: mounts)
            switch try resolver.resolve(process) {
            case .native: return .native
            case .wasm(let found):
                var bytes = [UInt8](repeating: 0, count: 100)
                let count = read(found.file.raw, &bytes, 100)
                return .wasm(
                    path: found.path, function: found.function, format: found.format,
                    content: Array(bytes.prefix(count)))
            }
        } catch {
            return .failed(error.code)
        }
    }

    private func module(_ path: String, _ function: String? = nil, mark: UInt8) -> Outcome {
        .wasm(path: path, function: function, format: .module, content: Self.module + [mark])
    }

    private func put(_ name: String, mark: UInt8) throws {
        try scratch.write(name, Self.module + [mark])
    }

    @Test func theFunctionIsWhatFollowsTheFirstHash() throws {
        try put("rootfs/a.wasm", mark: 1)
        #expect(resolve("/a.wasm") == module("/a.wasm", mark: 1))
        #expect(resolve("/a.wasm#run") == module("/a.wasm", "run", mark: 1))
        #expect(resolve("/a.wasm#run#2") == module("/a.wasm", "run#2", mark: 1))
        #expect(resolve("/a.wasm#") == module("/a.wasm", mark: 1))
    }

    @Test func aPathIsRelativeToTheWorkingDirectory() throws {
        try put("rootfs/app/a.wasm", mark: 1)
        try put("rootfs/a.wasm", mark: 2)
        #expect(resolve("./a.wasm", cwd: "/app") == module("./a.wasm", mark: 1))
        #expect(resolve("../a.wasm", cwd: "/app") == module("../a.wasm", mark: 2))
        #expect(resolve("/a.wasm", cwd: "/app") == module("/a.wasm", mark: 2))
    }

    @Test func aBareNameIsLookedUpInPathAndThenInTheWorkingDirectory() throws {
        try put("rootfs/app/hello", mark: 1)
        try put("rootfs/usr/bin/hello", mark: 2)
        #expect(resolve("hello", cwd: "/app", env: ["PATH=/bin:/usr/bin"]) == module("hello", mark: 2))
        #expect(resolve("hello", cwd: "/app", env: ["PATH=/bin"]) == module("hello", mark: 1))
        #expect(resolve("hello", cwd: "/app") == module("hello", mark: 1))
        #expect(resolve("hello", cwd: "/usr", env: ["PATH=bin"]) == module("hello", mark: 2))
        #expect(resolve("hello", cwd: "/", env: ["PATH=/bin"]) == .native)
    }

    @Test func aFileInPathThatNothingCanRunIsPassedOver() throws {
        try scratch.write("rootfs/bin/hello", "notes")
        try put("rootfs/usr/bin/hello", mark: 2)
        #expect(resolve("hello", env: ["PATH=/bin:/usr/bin"]) == module("hello", mark: 2))
        try scratch.write("rootfs/bin/tool", "#!/bin/sh", mode: 0o755)
        try put("rootfs/usr/bin/tool", mark: 2)
        #expect(resolve("tool", env: ["PATH=/bin:/usr/bin"]) == .native)
    }

    @Test func linksStayInsideTheRootFilesystem() throws {
        try put("rootfs/real/a.wasm", mark: 1)
        try scratch.link("rootfs/abs.wasm", to: "/real/a.wasm")
        try scratch.link("rootfs/up.wasm", to: "../../../real/a.wasm")
        #expect(resolve("/abs.wasm") == module("/abs.wasm", mark: 1))
        #expect(resolve("/up.wasm") == module("/up.wasm", mark: 1))

        let outside = try Scratch()
        try outside.write("a.wasm", Self.module)
        try scratch.link("rootfs/out.wasm", to: "\(outside.path)/a.wasm")
        #expect(resolve("/out.wasm") == .failed(.notFound))
        #expect(resolve("/../../../..\(outside.path)/a.wasm") == .failed(.notFound))
    }

    @Test func belowABindMountTheSourceIsLookedInto() throws {
        try put("rootfs/data/a.wasm", mark: 1)
        try put("volume/a.wasm", mark: 2)
        try put("other/b.wasm", mark: 3)
        let data = Mount(destination: "/data", type: "bind", source: "\(scratch.path)/volume", options: ["rbind"])
        let deeper = Mount(destination: "/data/x", type: "none", source: "other", options: ["bind"])
        let file = Mount(destination: "/mod.wasm", type: "bind", source: "\(scratch.path)/volume/a.wasm")
        #expect(resolve("/data/a.wasm", mounts: [data]) == module("/data/a.wasm", mark: 2))
        #expect(resolve("/data/x/b.wasm", mounts: [data, deeper]) == module("/data/x/b.wasm", mark: 3))
        #expect(resolve("/mod.wasm", mounts: [data, file]) == module("/mod.wasm", mark: 2))
        #expect(resolve("/database/a.wasm", mounts: [data]) == .failed(.notFound))
        // Made last, it hides what was mounted below it.
        #expect(resolve("/data/x/b.wasm", mounts: [deeper, data]) == .failed(.notFound))
    }

    @Test func aMountThatCannotBeLookedIntoHidesTheImage() throws {
        try put("rootfs/tmp/a.wasm", mark: 1)
        let mount = Mount(destination: "/tmp", type: "tmpfs", source: "tmpfs")
        #expect(resolve("/tmp/a.wasm", mounts: [mount]) == .failed(.notFound))
    }

    @Test func textAndComponentsAreRecognised() throws {
        try scratch.write("rootfs/a.wat", "(module)")
        try scratch.write("rootfs/c.wasm", [0, 0x61, 0x73, 0x6d, 13, 0, 1, 0])
        guard case .wasm(_, _, .text, _) = resolve("/a.wat") else {
            Issue.record("not text")
            return
        }
        guard case .wasm(_, _, .component, _) = resolve("/c.wasm") else {
            Issue.record("not a component")
            return
        }
    }

    @Test(arguments: [
        ("", EntrypointError.Code.truncated), ("\0as", .truncated), ("\0asm\u{1}\0", .truncated),
        ("\0asm\u{7}\0\0\0", .unknownVersion), ("\u{7f}ELF\u{2}\u{1}\u{1}\0", .notWasm), ("hello", .notWasm),
        ("#!/bin/sh", .notWasm),
    ])
    func whatIsAskedForAsWasmMustBeWasm(content: String, code: EntrypointError.Code) throws {
        try scratch.write("rootfs/a.wasm", content, mode: 0o755)
        #expect(resolve("/a.wasm") == .failed(code))
        try scratch.write("rootfs/plain", content, mode: 0o755)
        #expect(resolve("/plain#run") == .failed(code))
    }

    @Test func nativeProgramsAndMissingOnesAreLeftToExecve() throws {
        try scratch.write("rootfs/sh", "\u{7f}ELF\u{2}\u{1}\u{1}\0", mode: 0o755)
        #expect(resolve("/sh") == .native)
        #expect(resolve("/missing") == .native)
        #expect(resolve("missing") == .native)
    }

    @Test func aPrecompiledModuleIsRefusedWhateverItsName() throws {
        for name in ["a.wasm", "a.cwasm", "a"] {
            try scratch.write("rootfs/\(name)", [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 200, 0], mode: 0o755)
            #expect(resolve("/\(name)") == .failed(.precompiled))
        }
    }

    @Test func whatIsNoRegularFileIsNotOpened() throws {
        try scratch.folder("rootfs/dir.wasm")
        #expect(resolve("/dir.wasm") == .failed(.notRegular))
        // Opening a FIFO for real would wait for a writer.
        mkfifo("\(scratch.path)/rootfs/fifo.wasm", 0o600)
        #expect(resolve("/fifo.wasm") == .failed(.notRegular))
        #expect(resolve("/fifo") == .native)
    }

    @Test func aMissingModuleIsNamedWithAllPlacesSearched() throws {
        var process = Process(args: ["hello.wasm"], cwd: "/app")
        process.env = ["PATH=/bin:/usr/bin"]
        let resolver = EntrypointResolver(bundle: bundle, rootfs: "\(scratch.path)/rootfs", mounts: [])
        let error = try #require(throws: EntrypointError.self) { _ = try resolver.resolve(process) }
        #expect(
            error.description == "process.args[0]: hello.wasm: no such file in the container "
                + "(looked for /bin/hello.wasm, /usr/bin/hello.wasm, /app/hello.wasm)")
    }

    @Test func aProcessWithoutArgumentsIsRefused() {
        let resolver = EntrypointResolver(bundle: bundle, rootfs: "\(scratch.path)/rootfs", mounts: [])
        for process in [nil, Process(args: []), Process(args: [""]), Process(args: ["#run"])] {
            #expect(throws: EntrypointError.self) { _ = try resolver.resolve(process) }
        }
    }
}
