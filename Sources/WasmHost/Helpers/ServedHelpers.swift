package import Wasm

/// Our components beside one that is served.
package struct ServedHelpers {
    /// See ``StreamComponents``.
    package let input, output, others: Component
    /// See ``LogComponent``.
    package let log: Component
    /// See ``ClientComponent``.
    package let client: Component
}
