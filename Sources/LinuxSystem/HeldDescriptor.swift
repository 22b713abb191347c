/// A descriptor that is open for as long as somebody holds this: several may.
package final class HeldDescriptor: Sendable {
    package let descriptor: OwnedFileDescriptor

    package init(_ descriptor: consuming OwnedFileDescriptor) {
        self.descriptor = descriptor
    }
}
