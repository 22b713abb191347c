internal import CLinux
internal import Glibc
internal import SystemPackage

/// A program to start.
package struct ChildProcess: Sendable {
    /// What is executed; not looked up in a PATH.
    package var path: String
    /// The whole argv.
    package var arguments: [String]
    /// The whole environment, as `NAME=value`.
    package var environment: [String]
    /// Descriptors of this process, borrowed, and the numbers that they have in the new one. All others are closed
    /// there: what of 0, 1 and 2 is not named is not open.
    package var descriptors: [(source: Int32, target: Int32)]
    package var workingDirectory: String?
    /// Whether it leads a session of its own.
    package var newSession: Bool

    package init(
        path: String, arguments: [String], environment: [String], descriptors: [(source: Int32, target: Int32)],
        workingDirectory: String? = nil, newSession: Bool = false
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.descriptors = descriptors
        self.workingDirectory = workingDirectory
        self.newSession = newSession
    }

    /// Starts it; from any thread.
    ///
    /// - Returns: its pid, once it runs the program. The caller reaps it.
    /// - Throws: the call that failed in this process or in the new one, which then is gone.
    package func spawn() throws(SystemCallError) -> Int32 {
        let sources = descriptors.map(\.source)
        let targets = descriptors.map(\.target)
        var failedCall: UnsafePointer<CChar>?
        let result = withCStrings(arguments) { arguments in
            withCStrings(environment) { environment in
                path.withCString { path in
                    withOptional(workingDirectory) { directory in
                        var request = martlet_spawn_request(
                            path: path, arguments: arguments, environment: environment, working_directory: directory,
                            sources: nil, targets: nil, descriptor_count: sources.count,
                            new_session: newSession ? 1 : 0)
                        return sources.withUnsafeBufferPointer { sources in
                            targets.withUnsafeBufferPointer { targets in
                                request.sources = sources.baseAddress
                                request.targets = targets.baseAddress
                                return attempt { martlet_spawn(&request, &failedCall) }
                            }
                        }
                    }
                }
            }
        }
        switch result {
        case .success(let pid): return pid
        case .failure(let code):
            let call = failedCall.map { String(cString: $0) } ?? "vfork"
            throw SystemCallError(call, call == "chdir" ? workingDirectory : path, errno: code)
        }
    }
}

/// Calls `body` with a null-terminated array of C strings, as execve(2) wants them.
package func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
}

private func withOptional<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let text else { return body(nil) }
    return text.withCString(body)
}
