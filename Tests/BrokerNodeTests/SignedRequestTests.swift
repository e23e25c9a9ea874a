import BrokerCore
import BrokerProtocol
import Bytes
import Testing

@testable import BrokerNode

/// Signed requests on their way through connections.
@Suite struct SignedRequestTests {
    private static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    /// The wall clock of a new node: 2023-11-14T22:30:00Z.
    private static let date = "20231114T223000Z"
    private static let queueURL = "http://localhost/000000000007/q"

    private static func verifier() -> SignatureVerifier {
        var credentials = Credentials()
        let key = AccessKey(id: "AKID", secret: secret, account: AccountID(number: 7))
        precondition(credentials.insert(key), "the only key")
        return SignatureVerifier(credentials: credentials)
    }

    private static func hex(_ digest: SHA256Digest) -> String {
        var writer = ByteWriter()
        digest.withView { writer.append(hex: $0) }
        return writer.view.string
    }

    private static func key() -> SHA256Digest {
        var digest = "AWS4\(secret)".withByteView { SHA256Digest.hmac("20231114", key: $0) }
        for word: ByteView in ["us-east-1", "sqs", "aws4_request"] {
            digest = digest.withView { SHA256Digest.hmac(word, key: $0) }
        }
        return digest
    }

    /// A signed request in the JSON protocol.
    ///
    /// - Parameter pieces: Whether the body is sent in chunks of this length.
    private static func ask(
        _ action: String, _ body: String, pieces: Int? = nil, headers: [String] = []
    ) -> String {
        let target = "AmazonSQS.\(action)"
        let scope = "20231114/us-east-1/sqs/aws4_request"
        let digest = body.withByteView { hex(SHA256Digest(of: $0)) }
        let canonical =
            "POST\n/\n\nhost:localhost\nx-amz-date:\(date)\nx-amz-target:\(target)\n\n"
            + "host;x-amz-date;x-amz-target\n\(digest)"
        let text =
            "AWS4-HMAC-SHA256\n\(date)\n\(scope)\n"
            + canonical.withByteView { hex(SHA256Digest(of: $0)) }
        let signature = text.withByteView { text in
            key().withView { hex(SHA256Digest.hmac(text, key: $0)) }
        }
        let authorization =
            "AWS4-HMAC-SHA256 Credential=AKID/\(scope), "
            + "SignedHeaders=host;x-amz-date;x-amz-target, Signature=\(signature)"
        let lines = [
            "POST / HTTP/1.1", "Host: localhost", "X-Amz-Date: \(date)", "X-Amz-Target: \(target)",
            "Authorization: \(authorization)",
        ]
        guard let pieces else {
            return (lines + headers + ["Content-Length: \(body.utf8.count)"])
                .joined(separator: "\r\n") + "\r\n\r\n" + body
        }
        var rest = Array(body.utf8)[...]
        var chunks = ""
        while !rest.isEmpty {
            let chunk = rest.prefix(pieces)
            chunks += String(chunk.count, radix: 16) + "\r\n"
            chunks += String(decoding: chunk, as: UTF8.self) + "\r\n"
            rest = rest.dropFirst(pieces)
        }
        return (lines + headers + ["Transfer-Encoding: chunked"]).joined(separator: "\r\n")
            + "\r\n\r\n" + chunks + "0\r\n\r\n"
    }

    private static func send(
        _ message: String, pieces: Int? = nil, headers: [String] = []
    ) -> String {
        ask(
            "SendMessage", #"{"QueueUrl":"\#(queueURL)","MessageBody":"\#(message)"}"#,
            pieces: pieces, headers: headers)
    }

    private static func node() throws -> TestNode {
        let node = try TestNode(verifier: verifier())
        #expect(
            try node.answer(to: ask("CreateQueue", #"{"QueueName":"q"}"#))?.body
                == #"{"QueueUrl":"http://localhost/000000000007/q"}"#)
        return node
    }

    private static func statuses(_ wire: ScriptedWire) -> [Int] { wire.answers.map(\.status) }

    private static let long = String(repeating: "x", count: 900_000)

    @Test func whoHasNotSignedIsRefusedAndWhatNeedsNoneIsServed() throws {
        let node = try Self.node()
        #expect(try node.answer(to: Ask.createQueue)?.status == 403)
        #expect(try node.answer(to: Ask.health)?.status == 200)
        #expect(try node.answer(to: Ask.http("GET", "/metrics"))?.status == 200)
        let certificate = try node.answer(
            to: Ask.http("GET", "/SimpleNotificationService-00.pem"))
        #expect(certificate?.status == 404)
    }

    @Test func signedRequestsArePipelinedWithLongAndChunkedBodies() throws {
        let node = try Self.node()
        let wire = node.connect()
        wire.send(
            Self.send("first") + Self.send(Self.long) + Self.send("third", pieces: 3)
                + Self.send(Self.long, pieces: 70_000) + Self.send("fifth"))
        try node.settle()
        #expect(Self.statuses(wire) == [200, 200, 200, 200, 200])
        #expect(node.shard.inventory.messages == 5)
    }

    @Test func aLongBodyThatWasChangedIsNoticed() throws {
        let node = try Self.node()
        let wire = node.connect()
        var changed = Array(Self.send(Self.long).utf8)
        changed[changed.count - 3] = UInt8(ascii: "y")
        wire.send(String(decoding: changed, as: UTF8.self) + Self.send("second"))
        try node.settle()
        #expect(Self.statuses(wire) == [403, 200])
        #expect(node.shard.inventory.messages == 1)
    }

    @Test func aLongBodyIsDigestedOverSeveralTurns() throws {
        var limits = NodeLimits()
        limits.signedBytesPerTurn = 64 << 10
        let node = try TestNode(limits: limits, verifier: Self.verifier())
        _ = try node.answer(to: Self.ask("CreateQueue", #"{"QueueName":"q"}"#))
        let long = node.connect()
        long.send(Self.send(Self.long))
        let short = node.connect()
        var turns = 0
        var served = 0
        while long.answers.isEmpty {
            turns += 1
            precondition(turns < 100, "the long request is answered at last")
            short.send(Ask.health)
            try node.turn()
            served = short.answers.count
        }
        // 900,000 bytes in steps of 64 KiB, while others are served.
        #expect(turns >= 14 && served >= 13)
        #expect(Self.statuses(long) == [200])
    }

    @Test func manyLongBodiesShareEachTurn() throws {
        let node = try Self.node()
        let wires = (0..<6).map { _ in node.connect() }
        for wire in wires { wire.send(Self.send(Self.long)) }
        while wires.contains(where: { $0.answers.isEmpty }) {
            try node.turn()
            #expect(node.table.batch.signedByteCount <= NodeLimits().requestBytesPerTick)
        }
        #expect(wires.allSatisfy { Self.statuses($0) == [200] })
    }

    @Test(arguments: [false, true])
    func aClientThatLeavesWhileItsBodyIsDigestedLeavesNothing(isBroken: Bool) throws {
        var limits = NodeLimits()
        limits.signedBytesPerTurn = 64 << 10
        let node = try TestNode(limits: limits, verifier: Self.verifier())
        _ = try node.answer(to: Self.ask("CreateQueue", #"{"QueueName":"q"}"#))
        let token = node.table.nextToken
        let wire = node.connect()
        wire.send(Self.send("first") + Self.send(Self.long))
        for _ in 0..<6 { try node.turn() }
        if isBroken {
            wire.isBroken = true
            node.table.broken(token, at: node.now)
        } else {
            wire.hasEnded = true
        }
        try node.settle()
        #expect(node.table.count == 0)
        // What came whole before the end is performed and answered.
        #expect(node.shard.inventory.messages == (isBroken ? 1 : 2))
    }
}
