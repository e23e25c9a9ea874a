import Glibc

extension Command {
    static let verify = Command(
        name: "verify", summary: "Prove that a server loses, duplicates and reorders nothing"
    ) { words in
        guard let options = try VerifyOptions(words) else {
            print(VerifyOptions.help, terminator: "")
            return 0
        }
        let report = try VerifyCommand.check(options)
        print(options.printsJSON ? report.json : report.text, terminator: "")
        return report.isKept ? 0 : 2
    }
}

/// What the command line of `apus-bench verify` asks for.
struct VerifyOptions {
    private(set) var endpoint: Endpoint?
    private(set) var serverPath: String?
    private(set) var style = WireStyle()
    private(set) var connections = 16
    private(set) var groupCount = 64
    private(set) var bodyByteCount = 256
    private(set) var visibility = Duration.seconds(3)
    private(set) var seed = 1
    private(set) var isStandardOnly = false
    private(set) var isFIFOOnly = false
    private(set) var printsJSON = false
    private var url: String?
    private(set) var serverCommand: String?
    private var duration = Duration.seconds(10)
    private var patience = Duration.seconds(30)
    private var killEvery = Duration.zero

    /// How long to send.
    var milliseconds: UInt64 { VerifyOptions.milliseconds(duration) }
    /// How long nothing may come while something remains, before that counts as lost.
    var patienceMilliseconds: UInt64 { VerifyOptions.milliseconds(patience) }
    var visibilityMilliseconds: UInt64 { UInt64(visibility.components.seconds) * 1000 }
    /// Nil when the server is left alone.
    var killMilliseconds: UInt64? {
        killEvery == .zero ? nil : VerifyOptions.milliseconds(killEvery)
    }

    private static func milliseconds(_ duration: Duration) -> UInt64 {
        duration.nanosecondCount / 1_000_000
    }

    /// Reads the words after the command's name; nil when help is wanted.
    init?(_ words: [String]) throws(BenchError) {
        guard let others = try OptionReader.read(words, by: VerifyOptions.rules, into: &self) else {
            return nil
        }
        guard others.isEmpty else {
            throw BenchError("\(others[0]) is too much: there are options only")
        }
        guard (url == nil) != (serverPath == nil) else {
            throw BenchError("verify needs one of --endpoint URL and --server PATH")
        }
        guard killEvery == .zero || serverPath != nil || serverCommand != nil else {
            throw BenchError("--kill-every needs --server or --server-command")
        }
        guard serverCommand == nil || url != nil else {
            throw BenchError("--server-command needs --endpoint; --server knows where it listens")
        }
        if let url { endpoint = try Endpoint(url: url) }
        // The same variables of the environment sign requests as elsewhere.
        var load = LoadSettings()
        try load.finish(environment: LoadSettings.environment)
        style = load.style
        style.wireProtocol = .json
    }

    static let help = """
        apus-bench verify: sends numbered messages, receives, leaves, releases and deletes them, and
        proves that none is lost, duplicated, reordered within its group, or returned after an
        acknowledged delete. Requests that nobody answers count as maybe. They are signed when
        AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set.

        apus-bench verify (--server PATH | --endpoint URL) [OPTION…]

        \(OptionReader.help(rules))
        Exit status: 0 when the promises were kept, 2 when one was broken, 1 when it could not be told.

        """

    private static var rules: [OptionRule<VerifyOptions>] {
        [
            OptionRule(
                "--server", "PATH", \.serverPath,
                "Start this apus with a temporary data directory."),
            OptionRule(
                "--endpoint", "URL", \.url, "The server, such as http://127.0.0.1:4566."),
            OptionRule(
                "--server-command", "TEXT", \.serverCommand,
                "Start the server behind the endpoint with this command."),
            OptionRule(
                duration: "--kill-every", \.killEvery, atLeast: .milliseconds(100),
                "Kill the started server with SIGKILL, and start it again."),
            OptionRule(
                duration: "--duration", \.duration, atLeast: .milliseconds(100),
                "How long to send (default 10s); then all is received."),
            OptionRule(
                duration: "--patience", \.patience, atLeast: .seconds(1),
                "What has not come for so long at the end is lost\n(default 30s)."),
            OptionRule(
                duration: "--visibility", \.visibility, atLeast: .seconds(1),
                "The visibility timeout of receives, in whole seconds\n(default 3s)."),
            OptionRule(
                "--connections", "N", \.connections, 2...1000,
                "Shared out among senders and receivers (default 16)."),
            OptionRule(flag: "--standard", \.isStandardOnly, "Check a standard queue only."),
            OptionRule(flag: "--fifo", \.isFIFOOnly, "Check a FIFO queue only."),
            OptionRule(
                "--groups", "N", \.groupCount, 1...100_000,
                "Message groups of the FIFO queue (default 64)."),
            OptionRule(
                "--body-size", "N", \.bodyByteCount, 64...100_000,
                "Bytes of a message body (default 256)."),
            OptionRule(
                "--seed", "N", \.seed, 0...Int.max, "What the choices follow from (default 1)."),
            OptionRule(flag: "--json", \.printsJSON, "Print one JSON object."),
        ]
    }
}

/// Sets a check up, runs it and cleans up.
enum VerifyCommand {
    static func check(_ options: VerifyOptions) throws -> VerifyReport {
        let directory = try TemporaryDirectory()
        let server = try server(options, directory)
        try server.start()
        try server.waitUntilListening()
        let run = "verify-\(UInt32.random(in: 0...UInt32.max))"
        var ledgers: [(Ledger, url: String)] = []
        if !options.isFIFOOnly { ledgers.append(try ledger(run, isFIFO: false, options, server)) }
        if !options.isStandardOnly {
            ledgers.append(try ledger(run, isFIFO: true, options, server))
        }
        let report = try VerifyRun(options, server: server, ledgers: ledgers).run()
        for (_, url) in ledgers { try server.control.deleteQueue(url) }
        return report
    }

    private static func server(
        _ options: VerifyOptions, _ directory: TemporaryDirectory
    ) throws -> VerifiedServer {
        if let endpoint = options.endpoint {
            return VerifiedServer(
                endpoint, options.style,
                command: options.serverCommand.map { ["/bin/sh", "-c", "exec \($0)"] },
                directory: directory)
        }
        let port = try VerifiedServer.freePort()
        return VerifiedServer(
            Endpoint(loopback: port), options.style,
            command: [
                options.serverPath ?? "", "serve", "--port", "\(port)", "--data",
                "\(directory.path)/data", "--log-level", "warning",
            ], directory: directory)
    }

    private static func ledger(
        _ run: String, isFIFO: Bool, _ options: VerifyOptions, _ server: VerifiedServer
    ) throws -> (Ledger, url: String) {
        let name = isFIFO ? "\(run).fifo" : run
        let url = try server.control.createQueue(
            name, attributes: isFIFO ? [("FifoQueue", "true")] : [])
        let ledger = Ledger(
            name: name, isFIFO: isFIFO, groupCount: options.groupCount, run: run,
            bodyByteCount: options.bodyByteCount)
        return (ledger, url)
    }
}
