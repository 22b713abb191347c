internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import SystemPackage

/// What is known of a native program before the start.
struct Executable {
    let path: String
    let environment: [String]
}

/// Finds the program of a native process as execvp(3) does: a name without a slash in the PATH of the process's own
/// environment. As the process's user, in its working directory.
///
/// - Throws: `notFound`, or the system call's error, with the texts that containerd's users know from runc.
func findExecutable(_ process: ProcessPlan) throws(ContainerFailure) -> String {
    let name = process.arguments[0]
    if name.contains("/") {
        if let refusal = whyNotExecutable(name) { throw notExecutable(name, refusal, atPath: true) }
        return name
    }
    let path = process.environment.last { $0.hasPrefix("PATH=") }?.dropFirst("PATH=".count) ?? ""
    var refused: Errno?
    // A relative folder depends on the working directory, which an image's author chooses: not looked into.
    for folder in path.split(separator: ":") where folder.hasPrefix("/") {
        let candidate = "\(folder)/\(name)"
        guard let refusal = whyNotExecutable(candidate) else { return candidate }
        if refusal == .permissionDenied { refused = refusal }
    }
    throw notExecutable(name, refused ?? .noSuchFileOrDirectory, atPath: false)
}

private func whyNotExecutable(_ path: String) -> Errno? {
    var found = stat()
    if case .failure(let code) = attempt({ stat(path, &found) }) { return code }
    if found.st_mode & S_IFMT == S_IFDIR { return .isDirectory }
    guard case .failure(let code) = attempt({ faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) }) else { return nil }
    // The kernel does not answer so: it is the container's seccomp filter, under which a program is to run that never asks.
    // Executing it will tell.
    if code == .notPermitted { return found.st_mode & 0o111 == 0 ? .permissionDenied : nil }
    return code
}

private func notExecutable(_ name: String, _ code: Errno, atPath: Bool) -> ContainerFailure {
    let isMissing = code == .noSuchFileOrDirectory || code == .notDirectory
    let text =
        switch code {
        case .noSuchFileOrDirectory where !atPath: "executable file not found in $PATH"
        case .noSuchFileOrDirectory: "stat \(name): no such file or directory"
        case .permissionDenied: "permission denied"
        case .isDirectory: "is a directory"
        default: "\(code)"
        }
    return ContainerFailure(
        isMissing ? .notFound : .systemCall, step: "process.args[0]", message: "exec: \"\(name)\": \(text)",
        errno: code.rawValue)
}

/// The environment of a native process: the specification's, and HOME, when it has none, as the container's
/// /etc/passwd has it, or `/`. So does runc.
func executableEnvironment(_ process: ProcessPlan, root: borrowing RootDirectory) -> [String] {
    if process.environment.contains(where: { $0.hasPrefix("HOME=") }) { return process.environment }
    return process.environment + ["HOME=\(homeDirectory(of: process.user.uid, root) ?? "/")"]
}

/// An image's /etc/passwd is not trusted: only a regular file, and not more than a megabyte, is read.
private func homeDirectory(of user: UInt32, _ root: borrowing RootDirectory) -> String? {
    guard let file = try? root.open("/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY),
        let status = try? FileStatus(of: file.raw), status.kind == .regular,
        let bytes = try? readToEnd(of: file.raw, limit: 1 << 20, name: "/etc/passwd")
    else { return nil }
    return homeDirectory(of: user, passwd: String(decoding: bytes, as: UTF8.self))
}

/// The sixth field of the first line whose third is the user (passwd(5)).
func homeDirectory(of user: UInt32, passwd: String) -> String? {
    for line in passwd.split(separator: "\n") {
        let fields = line.split(separator: ":", omittingEmptySubsequences: false)
        if fields.count >= 6, fields[2] == "\(user)", !fields[5].isEmpty { return String(fields[5]) }
    }
    return nil
}

/// Becomes the program: execve(2). Answers only to say why it could not.
func execute(_ path: String, _ process: ProcessPlan, environment: [String]) -> ContainerFailure {
    let code = withCStrings(process.arguments) { arguments in
        withCStrings(environment) { environment in
            _ = execve(path, arguments, environment)
            return Errno(rawValue: errno)
        }
    }
    return ContainerFailure(
        code == .noSuchFileOrDirectory ? .notFound : .systemCall, step: "process.args[0]",
        message: "exec \(path): \(code)", errno: code.rawValue)
}
