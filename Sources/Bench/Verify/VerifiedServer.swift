import Glibc

/// The server whose promises are checked: it runs already, or is started here, and killed when asked.
final class VerifiedServer {
    let control: ControlClient
    private let command: [String]?
    private var process: ChildProcess?
    private let directory: TemporaryDirectory

    /// - Parameter command: How it is started, when that is done here.
    init(
        _ endpoint: Endpoint, _ style: WireStyle, command: [String]?,
        directory: TemporaryDirectory
    ) {
        control = ControlClient(endpoint, style: style)
        self.command = command
        self.directory = directory
    }

    /// What writes the requests that are checked.
    var writer: RequestWriter { control.style.writer(control.endpoint, .sqs) }

    private var logPath: String { "\(directory.path)/server.log" }

    /// Starts it, if that is done here; does not wait until it listens.
    func start() throws {
        guard let command else { return }
        process = try ChildProcess(
            command[0], arguments: Array(command.dropFirst()), outputPath: logPath)
    }

    /// Ends it without warning.
    func kill() throws {
        guard let process else { throw BenchError("only a server that was started here is killed") }
        Glibc.kill(process.identifier, SIGKILL)
        // Waits for its end.
        process.stop()
        self.process = nil
    }

    /// Fails when it has ended by itself.
    func checkRunning() throws {
        guard let process, !process.checkRunning() else { return }
        throw BenchError("the server has ended: \(SmallFile.text(logPath)?.suffix(2000) ?? "")")
    }

    /// Waits until it accepts connections, at most thirty seconds.
    func waitUntilListening() throws {
        for _ in 0..<3000 {
            if control.isListening { return }
            try checkRunning()
            Clock.sleep(milliseconds: 10)
        }
        throw BenchError("nobody accepts connections on \(control.endpoint.authority)")
    }

    /// A port of 127.0.0.1 that nobody listens on.
    static func freePort() throws -> UInt16 {
        let listener = try Listener()
        return listener.port
    }
}
