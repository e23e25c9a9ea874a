import BrokerNode
import Bytes
import Glibc

@testable import BrokerServer

/// A server on loopback whose connections follow a script, each on a thread of its own.
final class ScriptedServer: Sendable {
    /// What a connection does next; after the last step it is closed.
    enum Step: Sendable {
        /// Reads a whole request and notes it.
        case read
        case send(String)
        /// Waits until the test signals.
        case wait(Wake)
        /// Waits until the client closes.
        case hang
        /// Closes without a farewell.
        case reset
    }

    typealias Script = @Sendable (_ connection: Int) -> [Step]

    private struct Seen {
        var connections = 0
        var requests: [String] = []
        var ended = 0
    }

    private final class Door: Sendable {
        let listener: Listener
        init() throws {
            guard let address = SocketAddress(host: "127.0.0.1", port: 0) else { fatalError() }
            listener = try Listener(address, sharesPort: false)
            // Here threads may wait.
            _ = fcntl(listener.number, F_SETFL, 0)
        }
    }

    private let door: Door
    private let seen = Lock(Seen())
    private let identity: TestIdentity?
    private let script: Script

    /// A server whose n-th connection, from 0 on, follows `script(n)`.
    init(identity: TestIdentity? = nil, script: @escaping Script) throws {
        signal(SIGPIPE, SIG_IGN)
        door = try Door()
        self.identity = identity
        self.script = script
    }

    /// Starts to accept.
    func start() throws -> ScriptedServer {
        _ = try Thread(name: "server") { [self] in
            while let socket = try? door.listener.accept() {
                _ = fcntl(socket.number, F_SETFL, 0)
                let number = seen.withLock { seen in
                    seen.connections += 1
                    return seen.connections - 1
                }
                let peer = ScriptedPeer(socket)
                _ = try? Thread(name: "peer") { [self] in serve(peer, number) }
            }
        }
        return self
    }

    /// Accepts no more, which ends its thread.
    func stop() { shutdown(door.listener.number, Int32(SHUT_RDWR)) }

    var port: UInt16 { door.listener.port }
    var url: String { "\(identity == nil ? "http" : "https")://127.0.0.1:\(port)/" }
    /// How many connections were accepted.
    var connections: Int { seen.withLock { $0.connections } }
    /// How many connections have come to the end of their script.
    var ended: Int { seen.withLock { $0.ended } }
    /// The requests, in the order in which they were complete.
    var requests: [String] { seen.withLock { $0.requests } }

    private func serve(_ peer: ScriptedPeer, _ number: Int) {
        defer { seen.withLock { $0.ended += 1 } }
        if let identity, !peer.secure(identity) { return }
        for step in script(number) {
            switch step {
            case .read:
                guard let request = peer.readRequest() else { return }
                seen.withLock { $0.requests.append(request) }
            case .send(let text): peer.write(text)
            case .wait(let wake): wake.sleep()
            case .hang: peer.readToEnd()
            case .reset: peer.resetOnClose()
            }
        }
    }
}

extension ScriptedServer.Step {
    /// A response with a length.
    static func respond(_ status: Int, _ body: String, _ fields: String = "") -> Self {
        .send(
            "HTTP/1.1 \(status) Whatever\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
    }
}

extension [ScriptedServer.Step] {
    /// Answers many requests on one connection.
    static func answering(_ count: Int = 100, status: Int = 200) -> Self {
        (0..<count).flatMap { _ in [.read, .respond(status, "ok")] }
    }
}
