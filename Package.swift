// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target: Swift 6 language mode, strict memory safety, warnings are errors. In release
/// builds the modules see through each other, and exclusive access, which debug builds and all tests
/// check at run time, is taken for granted (measured in ARCHITECTURE.md).
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableExperimentalFeature("Lifetimes"),
    .unsafeFlags(
        ["-cross-module-optimization", "-enforce-exclusivity=unchecked"],
        .when(configuration: .release)),
]

let package = Package(
    name: "apus",
    products: [
        .executable(name: "apus", targets: ["BrokerServer"]),
        .executable(name: "apus-bench", targets: ["Bench"]),
        .executable(name: "apus-simulate", targets: ["BrokerSimulator"]),
    ],
    targets: [
        .target(
            name: "CLinux",
            cSettings: [.define("_GNU_SOURCE"), .unsafeFlags(["-O2"])]
        ),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "Bytes", dependencies: ["CLinux", "COpenSSL"], swiftSettings: settings),
        .target(name: "BrokerCore", dependencies: ["Bytes"], swiftSettings: settings),
        .target(name: "BrokerJournal", dependencies: ["Bytes"], swiftSettings: settings),
        .target(
            name: "BrokerProtocol", dependencies: ["Bytes", "BrokerCore"], swiftSettings: settings
        ),
        .target(
            name: "BrokerNode",
            dependencies: ["Bytes", "BrokerCore", "BrokerJournal", "BrokerProtocol"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "BrokerServer",
            dependencies: [
                "CLinux", "COpenSSL", "CSQLite", "BrokerNode", "Bytes", "BrokerCore",
                "BrokerJournal",
                "BrokerProtocol",
            ],
            swiftSettings: settings
        ),
        .target(name: "CAllocations", cSettings: [.unsafeFlags(["-O2"])]),
        .target(
            name: "MicroBenchmarks",
            dependencies: [
                "CAllocations", "Bytes", "BrokerCore", "BrokerJournal", "BrokerProtocol",
                "BrokerNode",
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "Bench", dependencies: ["Bytes", "CLinux", "MicroBenchmarks"],
            swiftSettings: settings,
            // The names of functions, for `apus-bench micro --where`.
            linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic"])]),
        .executableTarget(
            name: "BrokerSimulator",
            dependencies: ["Bytes", "BrokerCore", "BrokerJournal", "BrokerProtocol", "BrokerNode"],
            swiftSettings: settings),
        .testTarget(name: "BytesTests", dependencies: ["Bytes"], swiftSettings: settings),
        .testTarget(
            name: "BrokerCoreTests", dependencies: ["BrokerCore"], exclude: ["Scenarios"],
            swiftSettings: settings),
        .testTarget(
            name: "BrokerJournalTests", dependencies: ["BrokerJournal"], swiftSettings: settings),
        .testTarget(
            name: "BrokerProtocolTests", dependencies: ["BrokerProtocol"], swiftSettings: settings),
        .testTarget(name: "BrokerNodeTests", dependencies: ["BrokerNode"], swiftSettings: settings),
        .testTarget(
            name: "BrokerServerTests", dependencies: ["BrokerServer", "COpenSSL"],
            swiftSettings: settings),
        .testTarget(
            name: "BenchTests", dependencies: ["Bench", "Bytes"], swiftSettings: settings),
        .testTarget(
            name: "BrokerSimulatorTests", dependencies: ["BrokerSimulator"],
            swiftSettings: settings),
        .testTarget(
            name: "FuzzTests", dependencies: ["BrokerServer"], path: "Tests/Fuzz",
            exclude: ["Entry", "Dictionaries"], swiftSettings: settings),
    ]
)

// `make fuzz` builds the same targets into a library whose `main` is libFuzzer's. The server, which
// has a `main` of its own, becomes a library as well.
if Context.environment["APUS_FUZZ"] != nil {
    let server = package.targets.first { $0.name == "BrokerServer" }
    package.targets.removeAll { $0.type == .test || $0.type == .executable }
    package.targets += [
        .target(
            name: "BrokerServer", dependencies: server?.dependencies ?? [], exclude: ["main.swift"],
            swiftSettings: settings),
        .target(
            name: "Fuzz", dependencies: ["BrokerServer"], path: "Tests/Fuzz",
            exclude: ["Replay", "Dictionaries"], swiftSettings: settings),
    ]
    package.products = [.library(name: "apus-fuzz", type: .static, targets: ["Fuzz"])]
}
