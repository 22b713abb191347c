internal import ContainerdAPI
internal import TTRPC

extension TTRPCService {
    /// A service as it is served: what its methods throw is turned into a status here, once.
    init(_ table: ServiceTable<TTRPCRequestContext>) {
        self.init(
            name: table.name,
            methods: table.handlers.mapValues { handler in
                .raw { context, request in
                    do {
                        return try await handler(context, request)
                    } catch {
                        throw TTRPCStatus(for: error)
                    }
                }
            })
    }
}
