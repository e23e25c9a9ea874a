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
    /// A file of keys; nil when signatures are not checked.
    var credentials: String?
    var maxConnections = 20_000
    var segmentSize: UInt64 = 64 << 20
    var snapshotInterval: UInt64 = 256 << 20
    /// The front of the URLs in notifications, without a slash at its end; nil is this server.
    var snsURL: String?
    /// A file of PEM certificates; nil is the system's store.
    var caBundle: String?
    /// The words of the command that takes mail; none when there is no such command.
    var sendmail: [String] = []
    /// Where Lambda functions are invoked; nil, as for the next three, when there is no such place.
    /// None of them ends with a slash.
    var lambdaEndpoint: String?
    var firehoseEndpoint: String?
    var smsGateway: String?
    var pushGateway: String?
    /// The file for the status of deliveries; nil is the log.
    var deliveryLog: String?
}

/// A reason not to start: one line that names the option, its value and what is allowed.
struct OptionProblem: Error, Equatable {
    var message: String

    init(_ message: String) { self.message = message }
}
