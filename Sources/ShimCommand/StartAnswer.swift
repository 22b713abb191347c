/// How `start` says where the shim listens, in the dialect of the containerd that asked.
package enum StartAnswer {
    /// A plain address is understood by all of containerd 1.6 to 2.2, and means version 2 of the task service. JSON is
    /// for one that says that it knows version 3 (`MAX_SHIM_VERSION`): 1.7 refuses a newer version than it knows.
    ///
    /// - Parameter mostVersion: the value of `MAX_SHIM_VERSION`, if it is set.
    package static func text(address: SocketAddress, mostVersion: String?) -> String {
        guard let most = mostVersion.flatMap({ Int($0) }), most >= 3 else { return address.text }
        return "{\"version\":3,\"address\":\"\(address.text)\",\"protocol\":\"ttrpc\"}"
    }
}
