import BrokerCore
import BrokerProtocol

/// What `apus serve` was asked to do: one field for each option of `OptionTable`.
struct Options: Equatable {
    /// When an acknowledged change is on disk.
    enum Durability: Equatable {
        /// Before its reply leaves.
        case commit
        /// At most this many milliseconds after its reply left.
        case interval(milliseconds: Int)
        /// Never: nothing is kept in files.
        case memory

        /// As it is written on the command line.
        var text: String {
            switch self {
            case .commit: "commit"
            case .interval(let milliseconds): "interval=\(milliseconds)"
            case .memory: "memory"
            }
        }
    }

    /// The least severe line that is logged.
    enum LogLevel: String, CaseIterable {
        case debug, info, warning, error
    }

    var bind = ["127.0.0.1"]
    var port: UInt16 = 4566
    var data = "apus-data"
    var durability = Durability.commit
    var region = "us-east-1"
    var account = AccountID.anonymous
    var queueURL = QueueURLForm.Style.off
    var memoryBudget: UInt64 = 256 << 20
    /// Nil is unlimited.
    var diskBudget: UInt64?
    var loops = 1
    var logLevel = LogLevel.info
    var enforcesSixtySecondRules = true
    var offersReset = false
    var allowsRemote = false
    var maxConnections = 20_000
    var segmentSize: UInt64 = 64 << 20
    var snapshotInterval: UInt64 = 256 << 20
}

/// A reason not to start: one line that names the option, its value and what is allowed.
struct OptionProblem: Error, Equatable {
    var message: String

    init(_ message: String) { self.message = message }
}
