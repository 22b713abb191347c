internal import WASIHTTP
internal import WasmHost

extension GuestInvocation {
    /// Reads how the guest is to be served, and takes out of its environment what was meant for the server.
    ///
    /// - Parameter annotations: the container's.
    /// - Throws: ``GuestError`` `invalidArgument` that names the variable or the annotation.
    mutating func takeServerSettings(_ annotations: [String: String]) throws(GuestError) -> ServerSettings {
        do throws(ServerSettings.Invalid) {
            let settings = try ServerSettings(
                environment: environment.map { ($0.name, $0.value) }, annotations: annotations)
            environment.removeAll { ServerSettings.isOwn(variable: $0.name) }
            return settings
        } catch {
            throw GuestError(.invalidArgument, error.description)
        }
    }
}
