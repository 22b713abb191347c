internal import CLinux

/// The instructions of classic BPF that a filter is made of (linux/bpf_common.h, linux/filter.h).
///
/// Jumps count the instructions that are passed over; there are none backwards.
extension sock_filter {
    static func load(_ offset: UInt32) -> sock_filter { sock_filter(code: 0x20, jt: 0, jf: 0, k: offset) }

    static func and(_ mask: UInt32) -> sock_filter { sock_filter(code: 0x54, jt: 0, jf: 0, k: mask) }

    static func answer(_ value: UInt32) -> sock_filter { sock_filter(code: 0x06, jt: 0, jf: 0, k: value) }

    static func jump(over count: Int) -> sock_filter { sock_filter(code: 0x05, jt: 0, jf: 0, k: UInt32(count)) }

    static func ifEqual(_ value: UInt32, over yes: UInt8 = 0, else no: UInt8 = 0) -> sock_filter {
        sock_filter(code: 0x15, jt: yes, jf: no, k: value)
    }

    /// Unsigned.
    static func ifGreater(_ value: UInt32, over yes: UInt8 = 0, else no: UInt8 = 0) -> sock_filter {
        sock_filter(code: 0x25, jt: yes, jf: no, k: value)
    }

    /// Unsigned.
    static func ifNotLess(_ value: UInt32, over yes: UInt8 = 0, else no: UInt8 = 0) -> sock_filter {
        sock_filter(code: 0x35, jt: yes, jf: no, k: value)
    }
}

/// Where the parts of `struct seccomp_data` are (linux/seccomp.h).
enum CallData {
    static let number: UInt32 = 0
    static let architecture: UInt32 = 4

    private static let lowFirst = UInt16(1).littleEndian == 1

    static func low(_ argument: UInt32) -> UInt32 { 16 + 8 * argument + (lowFirst ? 0 : 4) }
    static func high(_ argument: UInt32) -> UInt32 { 16 + 8 * argument + (lowFirst ? 4 : 0) }
}
