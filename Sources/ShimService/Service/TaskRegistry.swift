internal import Synchronization

/// The containers of this shim.
package final class TaskRegistry: Sendable {
    private struct State {
        var containers: [String: Container] = [:]
        var isClosed = false
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

    /// Refuses new containers from now on if there are none; answers whether that is so.
    package func closeIfEmpty() -> Bool {
        state.withLock { state in
            guard state.containers.isEmpty else { return false }
            state.isClosed = true
            return true
        }
    }
}
