package import LinuxSystem

/// Shares a process's descriptor.
package final class ProcessHandle: Sendable {
    package let descriptor: ProcessDescriptor

    package init(_ descriptor: consuming ProcessDescriptor) {
        self.descriptor = descriptor
    }
}
