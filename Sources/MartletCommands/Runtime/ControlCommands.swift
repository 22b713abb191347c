package import ArgumentParser
internal import OCIRuntime

/// `martlet start`
package struct StartCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Let a created container run.",
        discussion: """
            EXAMPLES
              martlet start hello
            """)

    @ParentCommand var martlet: MartletCommand

    @Argument(help: "The container.", completion: .ids)
    package var id: String

    package init() {}

    package func run() throws {
        try martlet.global.withRuntime { try $0.container(id).start() }
    }
}

/// `martlet kill`
package struct KillCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "kill", abstract: "Send a signal to a container's first process.",
        discussion: """
            EXAMPLES
              martlet kill hello
              martlet kill hello KILL
              martlet kill --all hello 9
            """)

    @ParentCommand var martlet: MartletCommand

    @Flag(name: .shortAndLong, help: "Send it to all processes of the container.")
    package var all = false

    @Argument(help: "The container.", completion: .ids)
    package var id: String

    @Argument(help: "A signal's name or number; TERM if none is named.")
    package var signal = "TERM"

    package init() {}

    package func validate() throws {
        guard SignalName.number(signal) != nil else {
            throw ValidationError("there is no signal \(signal); expected a name such as TERM, or a number")
        }
    }

    package func run() throws {
        guard let number = SignalName.number(signal) else { preconditionFailure("a signal that was validated") }
        try martlet.global.withRuntime { try $0.container(id).signal(number, all: all) }
    }
}

/// `martlet delete`
package struct DeleteCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Remove a container that has ended, or was not started.",
        discussion: """
            EXAMPLES
              martlet delete hello
              martlet delete --force hello
            """)

    @ParentCommand var martlet: MartletCommand

    @Flag(name: .shortAndLong, help: "End it if it runs; that there is none is no error.")
    package var force = false

    @Argument(help: "The container.", completion: .ids)
    package var id: String

    package init() {}

    package func run() throws {
        try martlet.global.withRuntime { try $0.delete(id, force: force) }
    }
}

/// `martlet pause`
package struct PauseCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Stop all processes of a container until it is resumed.",
        discussion: """
            EXAMPLES
              martlet pause hello
            """)

    @ParentCommand var martlet: MartletCommand

    @Argument(help: "The container.", completion: .ids)
    package var id: String

    package init() {}

    package func run() throws {
        try martlet.global.withRuntime { try $0.container(id).pause() }
    }
}

/// `martlet resume`
package struct ResumeCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let a paused container go on.",
        discussion: """
            EXAMPLES
              martlet resume hello
            """)

    @ParentCommand var martlet: MartletCommand

    @Argument(help: "The container.", completion: .ids)
    package var id: String

    package init() {}

    package func run() throws {
        try martlet.global.withRuntime { try $0.container(id).resume() }
    }
}
