// swift-tools-version:6.1
import PackageDescription

// The arrows between targets are checked by hack/check-imports: a target may import what it names here
// and nothing else. Executables hold `@main` only.

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .unsafeFlags(["-warnings-as-errors"]),
]

// The engine finds libwasmtime beside itself: PREFIX/libexec/martlet/../../lib/martlet in an installed
// tree, .build/TRIPLE/CONFIGURATION/../../lib/martlet in a build (hack/setup puts it there).
// MARTLET_WASMTIME names the folder of another copy.
let wasmtimeFolder =
    Context.environment["MARTLET_WASMTIME"] ?? "\(Context.packageDirectory)/.build/lib/martlet"
let linkWasmtime: [LinkerSetting] = [
    .unsafeFlags(["-L\(wasmtimeFolder)", "-Xlinker", "-rpath=$ORIGIN/../../lib/martlet"])
]

let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let nioHTTP2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHPACK: Target.Dependency = .product(name: "NIOHPACK", package: "swift-nio-http2")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

// The C++ library of the Swift runtime out of its archive: hack/setup puts a link to it where -lstdc++ is looked for
// first. As a shared library it costs each process 0.1 MB and a sixth of the time that loading the program takes.
let archivedLibraries: [LinkerSetting] = [
    .unsafeFlags(["-L\(Context.packageDirectory)/.build/lib/archives"], .when(configuration: .release))
]

// At fixed addresses, as programs in Go are: the relocations of a program that can be moved are copies of a quarter of
// its data in each process, 0.5 MB in every pod's shim and as much in its engine. Libraries, stacks and heaps stay
// where chance puts them. Only for release: tests look into programs.
let fixedAddresses: [LinkerSetting] = [
    .unsafeFlags(["-Xclang-linker", "-no-pie"], .when(configuration: .release))
]

// The functions that a container's life comes to lie side by side, in the order of hack/order, which hack/bench --order
// makes: a shim then holds half as many pages of code. Each has a section of its own only in a build by hack/install.
func functionOrder(_ program: String) -> [LinkerSetting] {
    let file = "\(Context.packageDirectory)/hack/order/\(program)"
    return [
        .unsafeFlags(
            ["-use-ld=gold", "-Xlinker", "--section-ordering-file=\(file)"], .when(configuration: .release))
    ]
}

func library(
    _ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil, exclude: [String] = [],
    linker: [LinkerSetting] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: strict,
        linkerSettings: linker)
}

func executable(
    _ name: String, _ dependencies: [Target.Dependency], path: String? = nil, linker: [LinkerSetting] = []
) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: path, swiftSettings: strict, linkerSettings: linker)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
    linker: [LinkerSetting] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict,
        linkerSettings: linker)
}

let package = Package(
    name: "martlet",
    products: [
        .executable(name: "containerd-shim-martlet-v1", targets: ["containerd-shim-martlet-v1"]),
        .executable(name: "martlet-engine", targets: ["martlet-engine"]),
        .executable(name: "martlet-server", targets: ["martlet-server"]),
        .executable(name: "martlet-probe", targets: ["martlet-probe"]),
        .executable(name: "martlet", targets: ["martlet"]),
    ],
    dependencies: [
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // Exact: hack/generate-protos --check compares what this very version generates.
        .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        // Of the program that serves, and of the tests' clients.
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        // Of the program that serves: requests of guests' own.
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    ],
    targets: [
        // The kernel and C libraries.
        .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),
        .systemLibrary(name: "CSeccomp", providers: [.apt(["libseccomp-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CWasmtime"),
        .target(name: "CWasmtimeFiles", cSettings: [.define("_GNU_SOURCE")]),
        .target(name: "CSystemd", cSettings: [.define("_GNU_SOURCE")]),
        library("LinuxSystem", ["CLinux", system]),

        // The runtime specification, and what applies it to a process.
        library("OCISpec"),
        library("Cgroups", ["CLinux", "CSystemd", "LinuxSystem", "OCISpec", system]),
        library("Seccomp", ["CSeccomp", "CLinux", "OCISpec", "LinuxSystem", system]),
        library("EngineProtocol", ["CLinux", "OCISpec", "LinuxSystem", system]),
        library("ContainerInit", ["Seccomp", "EngineProtocol", "CLinux", "LinuxSystem", "OCISpec", system]),

        // The engine.
        library("Wasm", ["CWasmtime", "CWasmtimeFiles"], linker: linkWasmtime),
        library("HTTPPolicy"),
        library("WASIHTTP", ["HTTPPolicy", "LinuxSystem", nioCore, nioPosix, nioHTTP1, nioHTTP2]),
        library(
            "OutgoingHTTP", ["HTTPPolicy", "WASIHTTP", "LinuxSystem", nioCore, nioPosix, nioHTTP1, nioSSL, nioTLS]),
        library("Composition"),
        library("WasmHost", ["CLinux", "Composition", "HTTPPolicy", "Wasm", "LinuxSystem", system]),
        library(
            "HTTPHost",
            [
                "CLinux", "EngineProtocol", "HTTPPolicy", "OutgoingHTTP", "Wasm", "WasmBinary", "WasmHost", "WASIHTTP",
                "LinuxSystem", system,
            ]),
        library(
            "Zygote",
            [
                "Bundle", "CLinux", "ContainerInit", "HTTPPolicy", "Seccomp", "Wasm", "WasmHost", "EngineProtocol",
                "LinuxSystem", "OCISpec", system,
            ]),

        // What the command asks of the engine, by a program of its own.
        library("WasmBinary", ["LinuxSystem"]),
        library("ProbeProtocol", ["EngineProtocol"]),
        library(
            "Probe",
            [
                "Bundle", "EngineProtocol", "LinuxSystem", "OCISpec", "ProbeProtocol", "Seccomp", "Wasm", "WasmHost",
                "Zygote",
            ]),

        // The shim.
        library("TTRPC", [nioCore, nioPosix, protobuf], exclude: ["Protos"]),
        library("ContainerdAPI", [protobuf], exclude: ["Protos"]),
        library("Bundle", ["OCISpec", "LinuxSystem", system]),
        library(
            "ShimService",
            [
                "ContainerdAPI", "TTRPC", "Bundle", "Cgroups", "Composition", "EngineProtocol", "CLinux", "LinuxSystem",
                "OCISpec", "TOMLKit", nioCore, nioPosix, protobuf, logging, system,
            ]),
        library(
            "ShimCommand",
            [
                "ShimService", "ContainerdAPI", "Bundle", "Cgroups", "CLinux", "OCISpec", "LinuxSystem", protobuf,
                logging, system,
            ]),

        // The command, which is an OCI runtime too.
        library(
            "OCIRuntime",
            [
                "Bundle", "Cgroups", "CLinux", "EngineProtocol", "LinuxSystem", "OCISpec", "ShimService", logging,
                system,
            ]),
        library("OCIImage", ["CZlib", "LinuxSystem", "OCISpec", system]),
        library("GRPC", [nioCore, nioPosix, nioHTTP2, nioHPACK]),
        library(
            "MartletCommands",
            [
                argumentParser, "Bundle", "Cgroups", "ContainerInit", "ContainerdAPI", "EngineProtocol", "GRPC",
                "LinuxSystem", "OCIImage", "OCIRuntime", "OCISpec", "ProbeProtocol", "Seccomp", "ShimCommand",
                "ShimService", "TTRPC", "WasmBinary", "TOMLKit", nioCore, nioPosix, protobuf, logging, system,
            ], exclude: ["Protos"]),

        executable(
            "containerd-shim-martlet-v1", ["ShimCommand"],
            linker: fixedAddresses + archivedLibraries + functionOrder("containerd-shim-martlet-v1")),
        executable(
            "martlet-engine", ["Zygote"],
            linker: linkWasmtime + fixedAddresses + archivedLibraries + functionOrder("martlet-engine")),
        executable(
            "martlet-server", ["HTTPHost", "Zygote"], linker: linkWasmtime + fixedAddresses + archivedLibraries),
        executable(
            "martlet-probe", ["HTTPHost", "Probe"], linker: linkWasmtime + fixedAddresses + archivedLibraries),
        executable("martlet", ["MartletCommands"]),

        tests(
            "ShimServiceTests",
            [
                "ShimService", "ContainerdAPI", "TTRPC", "Bundle", "OCISpec", "EngineProtocol", "LinuxSystem", "CLinux",
                protobuf, logging, system, nioCore, nioPosix,
            ]),
        tests(
            "ShimCommandTests",
            ["ShimCommand", "ShimService", "ContainerdAPI", "Bundle", "OCISpec", "LinuxSystem", protobuf, logging]),
        tests(
            "MartletCommandsTests",
            ["MartletCommands", "OCIImage", "OCISpec", "ProbeProtocol", "WasmBinary", argumentParser]),
        tests("WasmBinaryTests", ["WasmBinary", "Wasm"], linker: linkWasmtime),
        tests("OCIImageTests", ["OCIImage", "LinuxSystem", "OCISpec"]),
        tests("OCIRuntimeTests", ["OCIRuntime"]),
        tests("GRPCTests", ["GRPC", nioCore, nioHTTP2, nioHPACK]),
        // Looks at what was built; hence the executables.
        tests(
            "LayoutTests",
            [
                "containerd-shim-martlet-v1", "martlet-engine", "martlet-server", "martlet-probe", "martlet",
                "EngineProtocol", "LinuxSystem",
            ],
            linker: linkWasmtime),
        tests("OCISpecTests", ["OCISpec"]),
        tests("EngineProtocolTests", ["EngineProtocol", "LinuxSystem", "CLinux", system]),
        tests("SeccompTests", ["Seccomp", "CSeccomp", "OCISpec", "LinuxSystem", "CLinux", system]),
        tests("BundleTests", ["Bundle", "OCISpec", "LinuxSystem", system]),
        // The tool of hack/bench; it is not installed.
        .target(name: "CShimBench", path: "Tests/CShimBench", cSettings: [.define("_GNU_SOURCE")]),
        library(
            "ShimBench",
            ["CShimBench", "ContainerdAPI", "TTRPC", "OCISpec", "LinuxSystem", nioCore, nioPosix, protobuf, system],
            path: "Tests/ShimBench"),
        executable("shim-bench", ["ShimBench"], path: "Tests/shim-bench"),
        tests("ShimBenchTests", ["ShimBench", "ContainerdAPI", "OCISpec", system]),

        // What the kubelet is to containerd, for the tests.
        library(
            "CRIClient", ["GRPC", nioCore, nioPosix, nioWebSocket, protobuf],
            path: "Tests/CRIClient",
            exclude: ["Protos"]),

        // Against an installed tree and a private containerd; hack/test runs them.
        tests("CgroupsTests", ["Cgroups", "LinuxSystem", "OCISpec", system]),
        tests(
            "IntegrationTests",
            [
                "CRIClient", "ShimBench", "ContainerdAPI", "TTRPC", "OCISpec", "LinuxSystem", nioCore, nioPosix,
                nioHTTP2, nioHPACK, protobuf,
            ]),
        tests("ContainerdAPITests", ["ContainerdAPI", protobuf], exclude: ["Protos"]),
        tests("TTRPCTests", ["TTRPC", nioCore, nioPosix, protobuf]),
        tests(
            "WASIHTTPTests",
            ["HTTPPolicy", "WASIHTTP", "LinuxSystem", nioCore, nioEmbedded, nioHTTP1, nioPosix]),
        tests(
            "OutgoingHTTPTests",
            ["HTTPPolicy", "OutgoingHTTP", "WASIHTTP", "LinuxSystem", nioCore, nioHTTP1, nioPosix, nioSSL]),
        tests("WasmTests", ["Wasm", "CWasmtime"], linker: linkWasmtime),
        tests("CompositionTests", ["Composition", "Wasm"], linker: linkWasmtime),
        tests(
            "HTTPHostTests", ["HTTPHost", "LinuxSystem", "Wasm", system], linker: linkWasmtime),
        tests(
            "WasmHostTests", ["HTTPPolicy", "WasmHost", "Wasm", "LinuxSystem", "CLinux", system], linker: linkWasmtime),

        // Tests of the container's set-up, and the program that they fork containers from.
        .executableTarget(
            name: "container-driver",
            dependencies: ["ContainerInit", "CLinux", "EngineProtocol", "LinuxSystem", "OCISpec", "Seccomp", system],
            path: "Tests/ContainerDriver", swiftSettings: strict),
        tests("LinuxSystemTests", ["CLinux", "LinuxSystem", system]),
        tests(
            "ContainerInitTests",
            ["ContainerInit", "container-driver", "EngineProtocol", "LinuxSystem", "OCISpec", system]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu11
)
