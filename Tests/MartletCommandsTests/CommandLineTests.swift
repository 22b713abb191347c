import ArgumentParser
import MartletCommands
import Testing

struct CommandLineTests {
    @Test func theVersionIsTold() {
        #expect(MartletCommand.configuration.version == "martlet 0.1.0")
    }

    @Test(
        arguments: [
            (nil, "martlet check /run/containerd"), (CheckCommand.self, "martlet check --rootfs"),
            (ConfigCommand.self, "martlet config ./config.toml"), (RunCommand.self, "martlet run app.wasm"),
            (InspectCommand.self, "martlet inspect app.wasm"), (CacheCommand.self, "martlet cache list"),
            (CacheListCommand.self, "martlet cache list --format json"),
            (CacheAddCommand.self, "martlet cache add image.tar"),
            (CacheRemoveCommand.self, "martlet cache remove 3f2a"),
            (CachePruneCommand.self, "martlet cache prune --all"),
            (CacheVerifyCommand.self, "martlet cache verify --remove"),
            (ShimCallCommand.self, "martlet shim 3f2a state"), (TopCommand.self, "martlet top --interval"),
            (TraceCommand.self, "martlet trace --summary app.wasm"),
            (ProfileCommand.self, "martlet profile --svg app.svg"),
            (DoctorCommand.self, "martlet doctor --format json"),
            (CreateCommand.self, "martlet create --bundle"), (StartCommand.self, "martlet start hello"),
            (StateCommand.self, "martlet state hello"), (KillCommand.self, "martlet kill hello KILL"),
            (DeleteCommand.self, "martlet delete --force"), (ExecCommand.self, "martlet exec -t"),
            (PauseCommand.self, "martlet pause"), (ResumeCommand.self, "martlet resume"),
            (PsCommand.self, "martlet ps --format json"), (ListCommand.self, "martlet list"),
            (EventsCommand.self, "martlet events --stats"), (UpdateCommand.self, "martlet update --memory"),
            (SpecCommand.self, "martlet spec --bundle"), (FeaturesCommand.self, "martlet features"),
        ] as [((any ParsableCommand.Type)?, String)])
    func helpHasExamples(command: (any ParsableCommand.Type)?, example: String) {
        let help = MartletCommand.helpMessage(for: command ?? MartletCommand.self, columns: 120)
        #expect(help.contains("EXAMPLES") && help.contains(example))
    }

    @Test func checkTakesABundleAndARootFileSystem() throws {
        let command = try #require(
            MartletCommand.parseAsRoot(["check", "./bundle", "--rootfs", "/mnt"]) as? CheckCommand)
        #expect(command.bundle == "./bundle")
        #expect(command.rootfs == "/mnt")
        #expect(throws: (any Error).self) { try MartletCommand.parseAsRoot(["check"]) }
    }

    @Test func checkFailsWhenSomethingIsWrong() throws {
        let bundle = try TestBundle()
        var command = try MartletCommand.parseAsRoot(["check", bundle.path])
        try command.run()
        try bundle.remove("rootfs")
        #expect(throws: ExitCode.failure) { try command.run() }
    }

    @Test func configFailsWithTheMistake() throws {
        let bundle = try TestBundle()
        try bundle.write("config.toml", Array("log.level = \"info\"".utf8))
        var command = try MartletCommand.parseAsRoot(["config", "\(bundle.path)/config.toml"])
        try command.run()
        try bundle.write("config.toml", Array("log.levle = 1".utf8))
        command = try MartletCommand.parseAsRoot(["config", "\(bundle.path)/config.toml"])
        let error = try #require(throws: (any Error).self) { try command.run() }
        #expect(MartletCommand.message(for: error).hasPrefix("\(bundle.path)/config.toml: log.levle: there is no such"))
    }

    @Test func configTakesNoFileThatIsNotThere() throws {
        var command = try MartletCommand.parseAsRoot(["config", "/nonexistent/config.toml"])
        let error = try #require(throws: (any Error).self) { try command.run() }
        #expect(MartletCommand.message(for: error).contains("there is no /nonexistent/config.toml"))
    }
}
