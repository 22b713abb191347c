/// What a core module says of itself, and asks of its host.
package struct ModuleOutline: Encodable, Hashable, Sendable {
    package struct Import: Encodable, Hashable, Sendable {
        package var module: String
        package var name: String
        /// As `func (i32, i32) -> i32` or `memory 2 pages`.
        package var type: String
    }

    package struct Export: Encodable, Hashable, Sendable {
        package var name: String
        package var type: String
    }

    package struct Memory: Encodable, Hashable, Sendable {
        /// Bytes that it has at first.
        package var initial: UInt64
        /// Bytes that it may grow to; nil: as much as the host grants.
        package var maximum: UInt64?
        /// Whether its addresses have 64 bits.
        package var is64 = false
        package var isShared = false
        package var isImported = false
    }

    package struct Table: Encodable, Hashable, Sendable {
        package var initial: UInt64
        package var maximum: UInt64?
        /// What its elements are, as `funcref`.
        package var elements: String
        package var isImported = false
    }

    package var imports: [Import] = []
    package var exports: [Export] = []
    package var memories: [Memory] = []
    package var tables: [Table] = []
    /// Those that it defines.
    package var functions = 0
    /// Bytes of code, and of the contents of memories.
    package var codeSize = 0
    package var dataSize = 0
    /// Whether a function runs as it is instantiated.
    package var hasStart = false
    /// Whether there is DWARF in it: backtraces can name files and lines.
    package var hasDebugInfo = false
    /// Who made it, as `clang 18.1.2`, where it says so.
    package var producers: [String] = []
    /// The features that its compiler was allowed, where it says so, and those that its types show.
    package var features: [String] = []

    package init() {}
}
