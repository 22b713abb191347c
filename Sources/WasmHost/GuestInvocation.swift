/// What one run of a guest is given. Standard streams, working directory and network are the process's own.
package struct GuestInvocation: Hashable, Sendable {
    /// The guest's argv, whole.
    package let arguments: [String]
    package var environment: [Variable]
    /// The largest size of each linear memory, in bytes; nil for no limit. `memory.grow` fails beyond it.
    package let memoryLimit: UInt64?

    package struct Variable: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    /// - Parameter environment: `NAME=VALUE` each.
    /// - Throws: ``GuestError`` `invalidArgument` that names the entry: WASI can't pass on a NUL, nor a variable
    ///   without `=`.
    package init(arguments: [String], environment: [String], memoryLimit: UInt64?) throws(GuestError) {
        for (index, argument) in arguments.enumerated() where argument.utf8.contains(0) {
            throw GuestError(.invalidArgument, "process.args[\(index)] contains a NUL")
        }
        var variables: [Variable] = []
        for (index, entry) in environment.enumerated() {
            guard !entry.utf8.contains(0) else {
                throw GuestError(.invalidArgument, "process.env[\(index)] contains a NUL")
            }
            guard let separator = entry.firstIndex(of: "="), separator != entry.startIndex else {
                throw GuestError(.invalidArgument, "process.env[\(index)] is \"\(entry)\": NAME=VALUE is needed")
            }
            let value = String(entry[entry.index(after: separator)...])
            variables.append(Variable(name: String(entry[..<separator]), value: value))
        }
        self.arguments = arguments
        self.environment = variables
        self.memoryLimit = memoryLimit
    }
}
