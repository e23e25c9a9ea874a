import BrokerCore
import Bytes

/// One option: how it is named, explained, read and shown.
struct Option {
    /// Reads a value into the options; false when the value is not allowed.
    typealias Reader = @Sendable (_ text: String, _ options: inout Options) -> Bool

    /// `max-connections`: `--max-connections` on the command line, `APUS_MAX_CONNECTIONS` in the
    /// environment and `max-connections = …` in the configuration file.
    let name: String
    /// What stands for the value in the help.
    let placeholder: String
    /// What a value may be, as an error says it.
    let allowed: String
    /// What it does.
    let help: String
    /// Whether `--name` alone means `on`.
    let isSwitch: Bool
    let read: Reader
    let show: @Sendable (Options) -> String

    init(
        _ name: String, _ placeholder: String, allowed: String, help: String,
        isSwitch: Bool = false, read: @escaping Reader,
        show: @escaping @Sendable (Options) -> String
    ) {
        self.name = name
        self.placeholder = placeholder
        self.allowed = allowed
        self.help = help
        self.isSwitch = isSwitch
        self.read = read
        self.show = show
    }

    /// The variable of the environment that sets this option.
    var environmentName: String {
        "APUS_" + name.uppercased().split(separator: "-").joined(separator: "_")
    }
}

/// Every option of `apus serve`, in the order of the help.
enum OptionTable {
    static let all: [Option] = network + storage + behaviour + delivery

    /// The option called `name`, without dashes in front.
    static func option(named name: String) -> Option? { all.first { $0.name == name } }

    private static let network: [Option] = [
        Option(
            "bind", "ADDRESS", allowed: "an IPv4 or IPv6 address; several separated by commas",
            help: "Addresses to listen on. Elsewhere than loopback needs --credentials or "
                + "--allow-remote.",
            read: { text, options in
                let addresses = text.split(separator: ",", omittingEmptySubsequences: false)
                    .map { OptionText.trimmed(String($0)) }
                guard addresses.allSatisfy({ SocketAddress(host: $0, port: 0) != nil })
                else { return false }
                options.bind = addresses
                return true
            },
            show: { $0.bind.joined(separator: ",") }),
        Option(
            "port", "PORT", allowed: "0 to 65535 (0: any free port)",
            help: "The TCP port to listen on.",
            read: { OptionText.read($0, into: &$1.port, allowed: 0...65535) },
            show: { "\($0.port)" }),
        Option(
            "allow-remote", "on|off", allowed: "on, off",
            help: "Allow --bind to addresses that other machines can reach. Without --credentials "
                + "there is no authentication: whoever reaches the port owns the queues.",
            isSwitch: true, read: { OptionText.read($0, into: &$1.allowsRemote) },
            show: { OptionText.onOff($0.allowsRemote) }),
        Option(
            "credentials", "FILE",
            allowed: "none, or the path of \(CredentialsFile.allowed)",
            help: "Answer only requests that are signed (AWS Signature Version 4) with one of the "
                + "keys in this file, which is written like ~/.aws/credentials and read at start. A "
                + "key's account is its aws_account_id, else the key id when that is twelve digits, "
                + "else that of --account. none: signatures are not checked.",
            read: { text, options in
                options.credentials = text == "none" ? nil : text
                return !text.isEmpty
            },
            show: { $0.credentials ?? "none" }),
        Option(
            "max-connections", "COUNT", allowed: "1 to 1000000",
            help: "Connections served at once; further ones are answered 503.",
            read: { OptionText.read($0, into: &$1.maxConnections, allowed: 1...1_000_000) },
            show: { "\($0.maxConnections)" }),
        Option(
            "loops", "COUNT", allowed: "1 to 64", help: "Network threads.",
            read: { OptionText.read($0, into: &$1.loops, allowed: 1...64) },
            show: { "\($0.loops)" }),
    ]

    private static let storage: [Option] = [
        Option(
            "data", "DIRECTORY", allowed: "the path of a directory",
            help: "Where the journal is kept; created when missing.",
            read: { text, options in
                options.data = text
                return !text.isEmpty
            },
            show: { $0.data }),
        Option(
            "durability", "MODE", allowed: "commit, interval=1 to interval=60000, memory",
            help: "commit: a reply leaves when its change is synced to disk. interval=MS: at most "
                + "the last MS milliseconds are lost in a crash. memory: no files at all, "
                + "everything is lost at exit.",
            read: { text, options in
                guard let durability = OptionText.durability(text) else { return false }
                options.durability = durability
                return true
            },
            show: { $0.durability.text }),
        Option(
            "memory-budget", "SIZE", allowed: "a size of at least 1MiB, such as 512MiB or 1GiB",
            help: "Memory for recent message bodies; older ones are read from disk.",
            read: { OptionText.read($0, into: &$1.memoryBudget, atLeast: 1 << 20) },
            show: { ByteSize.text($0.memoryBudget) }),
        Option(
            "disk-budget", "SIZE", allowed: "unlimited, or a size of at least 64MiB, such as 10GiB",
            help: "Most disk space of the journal; when it is spent sends are refused while "
                + "receives and deletes go on.",
            read: { text, options in
                options.diskBudget = nil
                if text == "unlimited" { return true }
                var size: UInt64 = 0
                guard OptionText.read(text, into: &size, atLeast: 64 << 20) else { return false }
                options.diskBudget = size
                return true
            },
            show: { $0.diskBudget.map(ByteSize.text) ?? "unlimited" }),
        Option(
            "segment-size", "SIZE", allowed: "8MiB to 1GiB in steps of 4KiB",
            help: "The size of a journal file. Fixed when the data directory is created.",
            read: { text, options in
                var size: UInt64 = 0
                guard OptionText.read(text, into: &size, atLeast: 8 << 20), size <= 1 << 30,
                    size % 4096 == 0
                else { return false }
                options.segmentSize = size
                return true
            },
            show: { ByteSize.text($0.segmentSize) }),
        Option(
            "snapshot-interval", "SIZE", allowed: "a size of at least 4KiB",
            help: "How much journal may grow before a snapshot bounds the next recovery.",
            read: { OptionText.read($0, into: &$1.snapshotInterval, atLeast: 4 << 10) },
            show: { ByteSize.text($0.snapshotInterval) }),
    ]

    private static let behaviour: [Option] = [
        Option(
            "region", "REGION", allowed: "lower-case letters, digits and dashes",
            help: "The region of requests that name none.",
            read: { text, options in
                options.region = text
                return !text.isEmpty && text.utf8.count <= 64 && text.utf8.allSatisfy(isRegionByte)
            },
            show: { $0.region }),
        Option(
            "account", "ACCOUNT", allowed: "twelve digits",
            help: "The account of requests that name none.",
            read: { text, options in
                guard let account = OptionText.account(text) else { return false }
                options.account = account
                return true
            },
            show: { $0.account.description }),
        Option(
            "queue-url", "STYLE", allowed: "off, path, domain, standard",
            help: "The form of the queue URLs that are returned. standard: "
                + "http://sqs.REGION.HOST/ACCOUNT/NAME, domain: http://REGION.queue.HOST/…, path: "
                + "http://HOST/queue/REGION/ACCOUNT/NAME, off: http://HOST/ACCOUNT/NAME.",
            read: { OptionText.read($0, into: &$1.queueURL) }, show: { $0.queueURL.rawValue }),
        Option(
            "sixty-second-rules", "on|off", allowed: "on, off",
            help: "AWS's two rules: a deleted queue's name is free after 60 seconds, and a queue "
                + "is purged once in 60 seconds.",
            read: { OptionText.read($0, into: &$1.enforcesSixtySecondRules) },
            show: { OptionText.onOff($0.enforcesSixtySecondRules) }),
        Option(
            "reset-endpoint", "on|off", allowed: "on, off",
            help: "Serve POST /reset, which deletes every queue of every account.",
            isSwitch: true, read: { OptionText.read($0, into: &$1.offersReset) },
            show: { OptionText.onOff($0.offersReset) }),
        Option(
            "log-level", "LEVEL", allowed: "debug, info, warning, error",
            help: "The least severe lines logged on standard error.",
            read: { OptionText.read($0, into: &$1.logLevel) }, show: { $0.logLevel.rawValue }),
    ]

    private static func isRegionByte(_ byte: UInt8) -> Bool {
        (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x30 && byte <= 0x39) || byte == 0x2D
    }
}
