internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import SystemPackage

/// Devices: not a controller but a program that the kernel asks (cgroup-v2.rst, "Device controller").
enum V2Devices {
    /// Attaches the program to a cgroup that has no processes yet. The kernel keeps it until the cgroup is removed.
    static func attach(_ rules: [DeviceRule]?, to directory: CgroupDirectory) throws(CgroupError) {
        let policy = try DevicePolicy(rules)
        // Nothing is forbidden: no program is needed.
        if policy.allowsByDefault, policy.rules.allSatisfy(\.allow) { return }
        let program = try load(DeviceProgram(policy))
        let cgroupRaw: Int32
        switch attempt({ open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }) {
        case .success(let raw): cgroupRaw = raw
        case .failure(let code): throw .read(directory.path, code)
        }
        let cgroup = OwnedFileDescriptor(owning: cgroupRaw)
        if case .failure(let code) = attempt({ martlet_bpf_attach_device_program(cgroup.raw, program.raw) }) {
            throw failure("bpf BPF_PROG_ATTACH", directory.path, code)
        }
    }

    private static func load(_ program: DeviceProgram) throws(CgroupError) -> OwnedFileDescriptor {
        let instructions = program.instructions.map(\.encoded)
        return try withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { log throws(CgroupError) in
            let text = log.baseAddress?.assumingMemoryBound(to: CChar.self)
            let result = attempt {
                martlet_bpf_load_device_program(instructions, instructions.count, text, log.count)
            }
            switch result {
            case .success(let raw): return OwnedFileDescriptor(owning: raw)
            case .failure(let code):
                let reasons = String(decoding: log.prefix { $0 != 0 }, as: UTF8.self)
                throw failure("bpf BPF_PROG_LOAD", reasons.isEmpty ? nil : reasons, code)
            }
        }
    }

    private static func failure(_ call: String, _ subject: String?, _ code: Errno) -> CgroupError {
        let remedy: String? =
            switch code {
            case .notPermitted: "CAP_BPF or CAP_SYS_ADMIN is needed"
            case .noFunction: "the kernel must have CONFIG_BPF_SYSCALL"
            case .invalidArgument: "the kernel must have CONFIG_CGROUP_BPF"
            default: nil
            }
        return CgroupError(
            code == .notPermitted || code == .noFunction ? .unsupported : .rejected, field: "linux.resources.devices",
            "the list of allowed devices can't be enforced",
            cause: SystemCallError(call, subject, errno: code, remedy: remedy))
    }
}
