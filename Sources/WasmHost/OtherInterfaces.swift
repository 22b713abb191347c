package import Wasm

/// What our functions of ``OtherInterfaces`` find of the guest that calls them: what its store holds is one.
package protocol GuestSurroundings: AnyObject {
    /// Its environment.
    var variables: [GuestInvocation.Variable] { get }

    /// Takes a line, with its line feed, for the container's standard error.
    func log(_ line: String)
}

/// Interfaces that no version of WASI 0.2 has in it, for components that import them:
/// - `wasi:config/store` (0.2.0-rc.1) and its draft `wasi:config/runtime`: the guest's environment variables by their
///   names;
/// - `wasi:logging/logging` (0.1.0-draft): lines `LEVEL CONTEXT: MESSAGE` on the container's standard error.
package enum OtherInterfaces {
    /// - Parameter imports: what the component imports; they are defined by these very names, as drafts are compatible
    ///   with nothing else.
    package static func define(in linker: ComponentLinker, imports: [String]) throws(EngineError) {
        for name in imports {
            if name.hasPrefix("wasi:config/store@") || name.hasPrefix("wasi:config/runtime@") {
                try linker.define(configuration, as: name)
            } else if name.hasPrefix("wasi:logging/logging@") {
                try linker.define(logging, as: name)
            }
        }
    }

    private static var configuration: HostInterface {
        var interface = HostInterface("wasi:config/store")
        interface.functions = [
            (
                "get",
                { (call, arguments) throws(EngineError) in
                    let key = try text(arguments, 0)
                    let variables = (call.data as? any GuestSurroundings)?.variables ?? []
                    let value = variables.first { $0.name == key }?.value
                    return .ok(.option(value.map { .string($0) }))
                }
            ),
            (
                "get-all",
                { (call, _) throws(EngineError) in
                    let variables = (call.data as? any GuestSurroundings)?.variables ?? []
                    return .ok(.list(variables.map { .tuple([.string($0.name), .string($0.value)]) }))
                }
            ),
        ]
        return interface
    }

    private static var logging: HostInterface {
        var interface = HostInterface("wasi:logging/logging")
        interface.functions = [
            (
                "log",
                { (call, arguments) throws(EngineError) in
                    guard arguments.count == 3, case .enumeration(let level) = arguments[0] else {
                        throw EngineError(operation: .call, message: "an argument is not a level")
                    }
                    let line = line(level, context: try text(arguments, 1), try text(arguments, 2))
                    (call.data as? any GuestSurroundings)?.log(line)
                    return nil
                }
            )
        ]
        return interface
    }

    /// A message, as one line with its line feed.
    package static func line(_ level: String, context: String, _ message: String) -> String {
        oneLine("\(level)\(context.isEmpty ? "" : " ")\(context): \(message)") + "\n"
    }

    private static func text(_ arguments: [ComponentValue], _ index: Int) throws(EngineError) -> String {
        guard index < arguments.count, case .string(let text) = arguments[index] else {
            throw EngineError(operation: .call, message: "an argument is not a string")
        }
        return text
    }

    /// Line breaks within are written as in C.
    private static func oneLine(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x0a || $0 == 0x0d }) else { return text }
        var line = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line
    }
}
