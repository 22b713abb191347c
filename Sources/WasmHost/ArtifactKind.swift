/// What an artifact is loaded as; its raw value is the end of the artifact's file name.
enum ArtifactKind: String, CaseIterable {
    case module, component
    /// The core module that a component was lowered to, beside the component: see `LoweredComponent`.
    case lowered
}
