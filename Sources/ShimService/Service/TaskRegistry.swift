internal import Synchronization

/// The containers of this shim.
package final class TaskRegistry: Sendable {
    private struct State {
        var containers: [String: Container] = [:]
        var isClosed = false
        /// Whether there is a sandbox.
        var isHeld = false
        var podFiles: PodFiles?
    }

    private let state = Mutex(State())

    package init() {}

    /// Takes the id of a container that is about to be made.
    package func reserve(_ container: Container) throws(TaskError) {
        try state.withLock { state throws(TaskError) in
            if state.isClosed { throw TaskError(.unavailable, "the shim is shutting down") }
            guard state.containers[container.id] == nil else {
                throw TaskError(.alreadyExists, "task \(container.id) already exists")
            }
            state.containers[container.id] = container
        }
    }

    package func remove(_ id: String) {
        state.withLock { _ = $0.containers.removeValue(forKey: id) }
    }

    /// A container that stands. One that is being made is not there yet for anyone.
    package func container(_ id: String) throws(TaskError) -> (container: Container, control: any ContainerControl) {
        guard let container = state.withLock({ $0.containers[id] }), let control = container.control else {
            throw TaskError(.notFound, "container not created: there is no task \(id)")
        }
        return (container, control)
    }

    /// Refuses new containers from now on if there are none, and no sandbox; answers whether that is so.
    package func closeIfEmpty() -> Bool {
        state.withLock { state in
            guard state.containers.isEmpty, !state.isHeld else { return false }
            state.isClosed = true
            return true
        }
    }

    // MARK: The pod

    /// Keeps the registry open, containers or not, for a sandbox.
    package func hold() throws(TaskError) {
        try state.withLock { state throws(TaskError) in
            if state.isClosed { throw TaskError(.unavailable, "the shim is shutting down") }
            state.isHeld = true
        }
    }

    /// There is no sandbox after all.
    package func release() {
        state.withLock { $0.isHeld = false }
    }

    /// What containers that are made from now on are given.
    package var podFiles: PodFiles? {
        get { state.withLock { $0.podFiles } }
        set { state.withLock { $0.podFiles = newValue } }
    }

    /// Those that stand.
    package var controls: [any ContainerControl] {
        state.withLock { Array($0.containers.values) }.compactMap(\.control)
    }

    /// Refuses new containers from now on, and gives up those that there are. Answers those that stand.
    package func close() -> [any ContainerControl] {
        let containers = state.withLock { state in
            state.isClosed = true
            defer { state.containers = [:] }
            return Array(state.containers.values)
        }
        return containers.compactMap(\.control)
    }
}
