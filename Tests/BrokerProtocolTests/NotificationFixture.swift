import BrokerCore
import Bytes

@testable import BrokerProtocol

/// Records of published messages for tests.
struct NotificationFixture {
    static let topic: ByteView = "arn:aws:sns:eu-west-1:000000000007:t"
    static let subscription =
        "arn:aws:sns:eu-west-1:000000000007:t:"
        + "11223344-5566-7788-99aa-bbccddeeff00"
    static let subscriptionID = MessageID(high: 0x1122_3344_5566_7788, low: 0x99AA_BBCC_DDEE_FF00)
    static let seed = Hash128(first: 17, second: 4)
    static let attributes: [(ByteView, ByteView, Bool, ByteView)] = [
        ("n", "Number", false, "1.5"), ("b", "Binary", true, "\u{1}\u{2}"),
        ("a\"", "String.Array", false, "[\"x\"]"),
    ]

    var message: ByteView = "Hello\n\"world\" ü/\u{1}"
    var subject: ByteView = ""
    var isStructured = false
    var isReplayed = false
    var isRaw = false
    var kind = StoredNotification.EntryKind.queue
    var signatureVersion: UInt8 = 1
    /// Of the topic and in the queue; 0 where they are standard ones.
    var sequenceNumbers: (topic: UInt64, queue: UInt64) = (0, 0)
    var groupID: ByteView = ""
    var deduplicationID: ByteView = ""
    var traceHeader: ByteView = ""
    var target = NotificationFixture.topic
    var attributes: [(ByteView, ByteView, Bool, ByteView)] = []

    /// The record's payload, in memory that stays. Entry 0 is of another subscription.
    var payload: ByteView {
        var encoded = ByteWriter()
        for (name, dataType, isBinary, value) in attributes {
            StoredAttributes.append(
                name: name, dataType: dataType, isBinary: isBinary, value: value, to: &encoded)
        }
        var notification = StoredNotification(
            instant: Instant(milliseconds: 1),
            timestamp: Timestamp(milliseconds: 1_335_920_046_655), topic: 3,
            id: OutcomeEncoderTests.id, seed: Self.seed, sender: AccountID(number: 42),
            signatureVersion: signatureVersion, target: target, message: message)
        notification.recordedAt = Timestamp(milliseconds: 1_335_920_046_700)
        notification.subject = subject
        notification.isStructured = isStructured
        notification.isReplayed = isReplayed
        notification.sequenceNumber = sequenceNumbers.topic
        notification.groupID = groupID
        notification.deduplicationID = deduplicationID
        notification.traceHeader = traceHeader
        notification.attributeCount = attributes.count
        notification.attributeBytes = encoded.view
        let entries = [
            StoredNotification.Entry(
                kind: .queue, isRaw: true, subscription: 1,
                subscriptionID: MessageID(high: 0, low: 0)),
            StoredNotification.Entry(
                kind: kind, isRaw: isRaw, subscription: 2, queue: 9,
                sequenceNumber: sequenceNumbers.queue, subscriptionID: Self.subscriptionID),
        ]
        var writer = ByteWriter()
        notification.writeHead(entries: entries, to: &writer)
        writer.append(message)
        let buffer = TestBuffer("", capacity: writer.count)
        buffer.append(writer.array[...])
        return buffer.bytes.view
    }

    /// The notification as it is decoded from its record.
    var decoded: StoredNotification {
        get throws { try StoredNotification(payload: payload) }
    }

    /// The body of the message in a queue.
    func body(
        for protocolKind: SubscriptionProtocol = .sqs, signature: ByteView = "c2ln"
    ) throws -> String {
        var writer = ByteWriter()
        NotificationEnvelope.appendBody(
            of: try decoded, entry: 1, for: protocolKind, links: OutcomeEncoderTests.links,
            signature: signature, into: &writer)
        return writer.view.string
    }

    /// The text to be signed; nil when it is not.
    func signedText(for protocolKind: SubscriptionProtocol = .sqs) throws -> String? {
        var writer = ByteWriter()
        let isSigned = NotificationEnvelope.appendSignedText(
            of: try decoded, entry: 1, for: protocolKind, into: &writer)
        return isSigned ? writer.view.string : nil
    }
}
