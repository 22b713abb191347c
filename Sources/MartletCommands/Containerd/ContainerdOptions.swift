package import ArgumentParser

/// Which containerd an image `containerd:NAME` is of.
package struct ContainerdOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "containerd's socket; CONTAINERD_ADDRESS if it is not said, or else "
                + "\(ContainerdPlace.defaultSocket).", valueName: "path"))
    package var address: String?

    @Option(
        help: ArgumentHelp(
            "containerd's namespace; CONTAINERD_NAMESPACE if it is not said, or else default. The images of pods are in "
                + "k8s.io.", valueName: "name"))
    package var namespace: String?

    package init() {}

    package func validate() throws {
        if address?.isEmpty == true { throw ValidationError("--address: expected the path of containerd's socket") }
        if namespace?.isEmpty == true { throw ValidationError("--namespace: expected a name, such as k8s.io") }
    }

    var place: ContainerdPlace {
        var place = ContainerdPlace.ofEnvironment
        if let address { place.socket = ContainerdPlace.path(of: address) }
        if let namespace { place.namespace = namespace }
        return place
    }
}
