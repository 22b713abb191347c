package import ArgumentParser
internal import Glibc
internal import LinuxSystem
internal import OCIRuntime
internal import OCISpec

/// `martlet update`
package struct UpdateCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Change the limits of a container.",
        discussion: """
            EXAMPLES
              martlet update --memory 64MiB hello
              martlet update --cpu-quota 50000 --cpu-period 100000 hello
              echo '{"pids": {"limit": 20}}' | martlet update --resources - hello
            """)

    @ParentCommand var martlet: MartletCommand

    @Option(name: .shortAndLong, help: "A file with linux.resources as JSON; - is standard input.", completion: .file())
    package var resources: String?

    @Option(parsing: .unconditional, help: "Bytes, or a size such as 64MiB; -1 is no limit.")
    package var memory: ByteCount?

    @Option(parsing: .unconditional, help: "Bytes that are kept for it when memory is short.")
    package var memoryReservation: ByteCount?

    @Option(parsing: .unconditional, help: "Memory and swap together.")
    package var memorySwap: ByteCount?

    @Option(parsing: .unconditional, help: "Microseconds of processor time in a period.")
    package var cpuQuota: Int64?

    @Option(help: "The period in microseconds.")
    package var cpuPeriod: UInt64?

    @Option(help: "The period of its realtime threads in microseconds.")
    package var cpuRtPeriod: UInt64?

    @Option(parsing: .unconditional, help: "Microseconds of processor time in it.")
    package var cpuRtRuntime: Int64?

    @Option(help: "Its share of processor time, 1024 being the usual one.")
    package var cpuShare: UInt64?

    @Option(help: "The processors that it may use, as 0-2,7.")
    package var cpusetCpus: String?

    @Option(help: "The memory nodes that it may use.")
    package var cpusetMems: String?

    @Option(parsing: .unconditional, help: "How many processes; -1 is no limit.")
    package var pidsLimit: Int64?

    @Option(help: "Its share of block I/O, 10 to 1000.")
    package var blkioWeight: UInt16?

    @Argument(help: "The container.", completion: .ids)
    package var id: String

    package init() {}

    package func run() throws {
        try martlet.global.withRuntime { try $0.container(id).update(try wanted()) }
    }

    private func wanted() throws -> LinuxResources {
        if let resources {
            let bytes =
                resources == "-"
                ? try readToEnd(of: STDIN_FILENO, limit: 4 << 20, name: "standard input")
                : Array(try readText(resources).utf8)
            return try decodeJSON(LinuxResources.self, from: bytes, file: resources)
        }
        var wanted = LinuxResources()
        if memory != nil || memoryReservation != nil || memorySwap != nil {
            var limits = MemoryResources()
            limits.limit = memory?.bytes
            limits.reservation = memoryReservation?.bytes
            limits.swap = memorySwap?.bytes
            wanted.memory = limits
        }
        var limits = CPUResources()
        limits.quota = cpuQuota
        limits.period = cpuPeriod
        limits.realtimeRuntime = cpuRtRuntime
        limits.realtimePeriod = cpuRtPeriod
        limits.shares = cpuShare
        limits.cpus = cpusetCpus
        limits.mems = cpusetMems
        if limits != CPUResources() { wanted.cpu = limits }
        if let pidsLimit { wanted.pids = PidsResources(limit: pidsLimit) }
        if let blkioWeight {
            var limits = BlockIOResources()
            limits.weight = blkioWeight
            wanted.blockIO = limits
        }
        return wanted
    }
}

/// A number of bytes as people write it: `1048576`, `64m`, `64MB`, `64MiB`, `1.5g`; each unit is 1024 of the one before.
package struct ByteCount: ExpressibleByArgument, Hashable, Sendable {
    package let bytes: Int64

    package init?(argument: String) {
        if let number = Int64(argument) {
            guard number >= -1 else { return nil }
            bytes = number
            return
        }
        var text = argument.lowercased()
        if text.hasSuffix("ib") { text.removeLast(2) } else if text.hasSuffix("b") { text.removeLast() }
        guard let unit = text.last, let power = "kmgt".firstIndex(of: unit) else { return nil }
        let shift = 10 * ("kmgt".distance(from: "kmgt".startIndex, to: power) + 1)
        guard let number = Double(text.dropLast()), number.isFinite, number > 0,
            number * Double(Int64(1) << shift) < Double(Int64.max)
        else { return nil }
        bytes = Int64(number * Double(Int64(1) << shift))
    }
}
