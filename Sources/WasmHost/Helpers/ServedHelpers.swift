package import Wasm

/// Our components beside one that is served.
package struct ServedHelpers {
    /// See ``HelperComponent``.
    package let streams: Component
    /// See ``LogComponent``.
    package let log: Component
    /// See ``ClientComponent``.
    package let client: Component
}
