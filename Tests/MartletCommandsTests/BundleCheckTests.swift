import MartletCommands
import OCISpec
import Testing

struct BundleCheckTests {
    private func report(_ bundle: TestBundle) -> BundleReport {
        BundleCheck(bundle: bundle.path).run()
    }

    @Test func aBundleWithAModuleIsAllRight() throws {
        let bundle = try TestBundle()
        #expect(report(bundle).description == "ok: module /app.wasm (wasm module)")
    }

    @Test func componentsTextsAndFunctionsAreCalledByTheirNames() throws {
        let bundle = try TestBundle(arguments: ["app.wasm#run", "argument"])
        #expect(report(bundle).description == "ok: module app.wasm (wasm module, function run)")
        try bundle.write("rootfs/app.wasm", TestBundle.component)
        #expect(report(bundle).entrypoint == "module app.wasm (wasm component, function run)")
        try bundle.write("rootfs/app.wasm", Array("(module)".utf8))
        #expect(report(bundle).entrypoint == "module app.wasm (WebAssembly text, function run)")
    }

    @Test func aNativeProgramIsCalledOne() throws {
        let bundle = try TestBundle(arguments: ["/bin/sh"])
        #expect(report(bundle).description == "ok: native program /bin/sh")
    }

    @Test func allMistakesAreToldAtOnceEachWithFileAndField() throws {
        let bundle = try TestBundle(arguments: ["/none.wasm"]) {
            $0.process?.env = ["A=1", "B"]
            $0.linux?.cgroupsPath = ".."
            $0.linux?.seccomp = SeccompProfile(defaultAction: "SCMP_ACT_MAYBE")
        }
        let report = report(bundle)
        let file = "\(bundle.path)/config.json"
        #expect(!report.isUsable)
        try #require(report.problems.count == 4)
        #expect(report.problems[0].hasPrefix("\(file): process.args[0]: /none.wasm: no such file in the container"))
        #expect(report.problems[1].hasPrefix("\(file): process.env[1]: "))
        #expect(report.problems[2].hasPrefix("\(file): linux.cgroupsPath: "))
        #expect(report.problems[3].hasPrefix("\(file): linux.seccomp.defaultAction: found SCMP_ACT_MAYBE; expected"))
        #expect(!report.description.contains("ok:"))
    }

    @Test func anEmptyRootFileSystemIsToldWithWhatToDo() throws {
        for program in ["/app.wasm", "/bin/sh"] {
            let bundle = try TestBundle(arguments: [program])
            try bundle.remove("rootfs/app.wasm")
            let report = report(bundle)
            #expect(report.problems.count == 1)
            #expect(report.hints.count == 1 && report.hints[0].contains("--rootfs"))
        }
    }

    @Test func anotherRootFileSystemCanBeLookedInto() throws {
        let bundle = try TestBundle()
        let other = try TestBundle()
        try bundle.remove("rootfs")
        #expect(!report(bundle).isUsable)
        #expect(BundleCheck(bundle: bundle.path, rootfs: "\(other.path)/rootfs").run().isUsable)
    }

    @Test func whatIsNoBundleIsToldWithWhatToDo() throws {
        let report = BundleCheck(bundle: "/tmp/martlet-no-such-bundle").run()
        #expect(report.problems.count == 1 && report.problems[0].contains("/tmp/martlet-no-such-bundle/config.json"))
        #expect(report.hints.count == 1 && report.hints[0].contains("config.json"))
        let relative = BundleCheck(bundle: "martlet-no-such-bundle").run()
        #expect(relative.problems[0].contains("/martlet-no-such-bundle/config.json"))
    }

    @Test func aConfigurationThatIsNotJSONIsToldWithLineAndColumn() throws {
        let bundle = try TestBundle()
        try bundle.write("config.json", Array("{\n  oops".utf8))
        #expect(report(bundle).problems[0].contains("\(bundle.path)/config.json: not JSON at line 2, column 3"))
    }

    @Test func whatIsPassedOverIsAWarning() throws {
        let bundle = try TestBundle {
            var capabilities = Capabilities()
            capabilities.effective = ["CAP_FLY"]
            $0.process?.capabilities = capabilities
        }
        let report = report(bundle)
        #expect(report.isUsable)
        #expect(report.description.contains("warning: ") && report.description.contains("CAP_FLY"))
    }
}
