import BrokerNode
import Bytes
import Testing

/// The base64 of a text.
func base64(_ text: String) -> String {
    var writer = ByteWriter()
    text.withByteView { writer.append(base64: $0) }
    return writer.view.string
}

@Suite("Notifications in queues")
struct EnvelopeTests {
    @Test("An envelope is signed when it is published, and its receive need not wait")
    func signedAhead() throws {
        let node = try TestNode.withTopic()
        try node.subscribeQueue("q")
        try node.done(Ask.publish("hello"))
        #expect(node.signer.texts.count == 1)
        #expect(node.signer.texts.first?.hasPrefix("Message\nhello\nMessageId\n") == true)
        let answer = try node.done(Ask.receive(from: "q"))
        let signature = ScriptedSigner.signature(number: 1, version: 1)
        #expect(answer.holds(base64(signature)))
        let path = try #require(node.signer.certificate?.path)
        #expect(answer.holds("http://localhost:4566" + path))
    }

    @Test("A receive waits for its signature, and nobody else does")
    func waits() throws {
        let node = try TestNode.withTopic()
        try node.subscribeQueue("q")
        node.signer.isHeld = true
        try node.done(Ask.publish("hello"))
        let waiting = node.connect()
        waiting.send(Ask.receive(from: "q"))
        try node.settle()
        #expect(waiting.answers.isEmpty)
        #expect(try node.done(Ask.health).status == 200)
        node.signer.release()
        try node.settle()
        #expect(waiting.answers.first?.holds("hello") == true)
        #expect(node.signer.texts.count == 1)
    }

    @Test("A long poll gets the envelope of a message published later")
    func longPoll() throws {
        let node = try TestNode.withTopic()
        try node.subscribeQueue("q")
        let waiting = node.connect()
        waiting.send(Ask.receive(from: "q", waiting: 20))
        try node.settle()
        try node.done(Ask.publish("hello"))
        let signature = base64(ScriptedSigner.signature(number: 1, version: 1))
        #expect(waiting.answers.first?.holds(signature) == true)
    }

    @Test("One signature serves every queue")
    func shared() throws {
        let node = try TestNode.withTopic()
        try node.subscribeQueue("q")
        try node.subscribeQueue("r")
        try node.done(Ask.publish("hello"))
        let signature = base64(ScriptedSigner.signature(number: 1, version: 1))
        for queue in ["q", "r"] {
            #expect(try node.done(Ask.receive(from: queue)).holds(signature))
        }
        #expect(node.signer.texts.count == 1)
    }

    @Test("The topic's signature version is used")
    func version() throws {
        let node = try TestNode.withTopic()
        try node.done(
            Ask.sns(
                "SetTopicAttributes",
                [
                    ("TopicArn", Ask.topicARN), ("AttributeName", "SignatureVersion"),
                    ("AttributeValue", "2"),
                ]))
        try node.subscribeQueue("q")
        try node.done(Ask.publish("hello"))
        let signature = base64(ScriptedSigner.signature(number: 1, version: 2))
        #expect(try node.done(Ask.receive(from: "q")).holds(signature))
    }

    @Test("Raw messages and FIFO topics are not signed")
    func unsigned() throws {
        let node = try TestNode.withTopic()
        try node.subscribeQueue("q", attributes: [("RawMessageDelivery", "true")])
        try node.done(Ask.publish("hello"))
        #expect(try node.done(Ask.receive(from: "q")).holds(#""Body":"hello""#))
        try node.done(
            Ask.sns(
                "CreateTopic",
                [
                    ("Name", "t.fifo"), ("Attributes.entry.1.key", "FifoTopic"),
                    ("Attributes.entry.1.value", "true"),
                ]))
        try node.subscribeQueue("q.fifo", topic: Ask.fifoTopicARN)
        try node.done(
            Ask.publish(
                "hello", topic: Ask.fifoTopicARN,
                [("MessageGroupId", "g"), ("MessageDeduplicationId", "d")]))
        #expect(try node.done(Ask.receive(from: "q.fifo")).holds("SequenceNumber"))
        #expect(node.signer.texts.isEmpty)
    }

    @Test("The certificate is served under its name, once there is one")
    func certificate() throws {
        let node = try TestNode.withTopic()
        let path = "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
        #expect(try node.answer(to: Ask.http("GET", path))?.status == 404)
        try node.subscribeQueue("q")
        try node.done(Ask.publish("hello"))
        let answer = try node.done(Ask.http("GET", path))
        #expect(answer.head.contains("Content-Type: application/x-pem-file"))
        #expect(answer.body == "-----BEGIN CERTIFICATE-----\n")
        let other = "/SimpleNotificationService-fedcba9876543210fedcba9876543210.pem"
        #expect(try node.answer(to: Ask.http("GET", other))?.status == 404)
    }
}
