/// Why components can't be made one.
package struct CompositionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A sentence without its full stop, which names the component.
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
