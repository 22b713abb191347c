import Foundation

/// What /proc says of a process of this machine.
struct ProcessFacts: Sendable {
    var pid: pid_t

    private func text(_ name: String) throws -> String {
        // Files of /proc have no size, so they are read to their end.
        guard let handle = FileHandle(forReadingAtPath: "/proc/\(pid)/\(name)") else {
            throw FixtureError(description: "no /proc/\(pid)/\(name): the process is gone")
        }
        defer { try? handle.close() }
        return String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
    }

    /// The fields of /proc/PID/status.
    var status: [String: String] {
        get throws {
            var fields: [String: String] = [:]
            for line in try text("status").split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2 { fields[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces) }
            }
            return fields
        }
    }

    /// The time that its threads have run, in hundredths of a second (/proc/PID/stat).
    var processorTime: Int {
        get throws {
            // After the name, which may hold anything but ends with the last parenthesis.
            let fields = try text("stat").split(separator: ")").last?.split(separator: " ") ?? []
            guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else {
                throw FixtureError(description: "no times in /proc/\(pid)/stat")
            }
            return user + system
        }
    }

    /// What its threads are called.
    var threadNames: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task").map { thread in
                try text("task/\(thread)/comm").trimmingCharacters(in: .whitespacesAndNewlines)
            }
        }
    }

    var arguments: [String] {
        get throws { try text("cmdline").split(separator: "\0").map(String.init) }
    }

    /// Its cgroup by controller ("" for version 2).
    var cgroups: [String: String] {
        get throws {
            var paths: [String: String] = [:]
            for line in try text("cgroup").split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
                if parts.count == 3 {
                    for controller in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
                        paths[String(controller)] = String(parts[2])
                    }
                }
            }
            return paths
        }
    }

    /// The identity of one of its namespaces: `pid`, `mnt`, `net` and so on.
    func namespace(_ kind: String) throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/\(kind)")
    }

    /// The program; nil when it is gone or is a thread of the kernel.
    var executable: String? { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe") }

    /// Whether its program is that file, whatever the path by which it was executed: the engine is executed through a
    /// mount of its own, and a guest is a fork of it.
    func isExecuting(_ program: String) -> Bool {
        var own = stat()
        var file = stat()
        return stat("/proc/\(pid)/exe", &own) == 0 && stat(program, &file) == 0 && own.st_dev == file.st_dev
            && own.st_ino == file.st_ino
    }

    /// Whether its program is one of the tree under test.
    var isExecutingInstalledProgram: Bool {
        guard let prefix = Requirement.prefix else { return false }
        return [
            "bin/containerd-shim-martlet-v1", "bin/martlet", "libexec/martlet/martlet-engine",
            "libexec/martlet/martlet-server",
        ].contains { isExecuting("\(prefix)/\($0)") }
    }

    /// Whether it runs, as opposed to having ended and not been waited for. A process whose first thread has ended has
    /// not: while another still comes to its end, it has all its files open.
    var isAlive: Bool {
        guard let status = try? status, let state = status["State"] else { return false }
        return !(state.hasPrefix("Z") || state.hasPrefix("X")) || status["Threads"] != "1"
    }

    /// Whether it is the first process of a pid namespace that is not this process's.
    var isFirstOfItsNamespace: Bool {
        let numbers = ((try? status["NSpid"]) ?? "").split(whereSeparator: \.isWhitespace)
        return numbers.count > 1 && numbers.last == "1"
    }

    /// The mount points that it sees.
    var mounts: [String] {
        get throws {
            try text("mountinfo").split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                return words.count > 4 ? String(words[4]) : nil
            }
        }
    }

    static var all: [ProcessFacts] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap(pid_t.init).sorted()
            .map(ProcessFacts.init)
    }
}

extension ProcessFacts {
    /// The processes whose parent it is, but for those that have ended.
    var children: [ProcessFacts] {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        return threads.flatMap { thread in
            ((try? text("task/\(thread)/children")) ?? "").split(separator: " ").compactMap { pid_t($0) }
        }.map(ProcessFacts.init).filter(\.isAlive)
    }

    /// What it has open: descriptors with what they lead to.
    var openFiles: Set<String> {
        get throws {
            let folder = "/proc/\(pid)/fd"
            let numbers = try FileManager.default.contentsOfDirectory(atPath: folder)
            return Set(
                numbers.compactMap { number in
                    (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(number)"))
                        .map { "\(number) -> \($0)" }
                })
        }
    }
}
