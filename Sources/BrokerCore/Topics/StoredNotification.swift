import Bytes

/// A published message as its record keeps it: views into the payload of a `notificationPublished`
/// record. The message is there once, with an entry for each subscription that gets it.
///
/// The layout is part "notificationPublished" of protocol-docs/record-payloads.md; integers are
/// little-endian.
public struct StoredNotification: Sendable {
    /// What becomes of an entry.
    public enum EntryKind: UInt8, Sendable {
        /// A message of a queue, the subscription's own.
        case queue = 1
        /// A message of the subscription's dead-letter queue, because its own queue cannot take it.
        case deadLetter = 2
        /// A delivery that the node makes.
        case delivery = 3
        /// A delivery to the archive of the topic.
        case archive = 4
        /// A delivery to the one device or phone that the message names.
        case direct = 5
    }

    /// One receiver.
    public struct Entry: Sendable {
        public var kind: EntryKind
        /// Whether the message goes without an envelope.
        public var isRaw: Bool
        /// How the subscription is delivered, which decides between the texts of a structured message.
        public var protocolKind: SubscriptionProtocol
        /// The subscription's number; 0 for the archive; the raw value of the protocol for a
        /// message to one device or phone.
        public var subscription: UInt32
        /// The number of the queue, where there is one.
        public var queue: UInt32
        /// The sequence number in a FIFO queue; 0 elsewhere.
        public var sequenceNumber: UInt64
        /// The last part of the subscription's ARN.
        public var subscriptionID: MessageID

        public static let byteCount = 34

        public init(
            kind: EntryKind, isRaw: Bool, protocolKind: SubscriptionProtocol = .sqs,
            subscription: UInt32, queue: UInt32 = 0, sequenceNumber: UInt64 = 0,
            subscriptionID: MessageID
        ) {
            self.kind = kind
            self.isRaw = isRaw
            self.protocolKind = protocolKind
            self.subscription = subscription
            self.queue = queue
            self.sequenceNumber = sequenceNumber
            self.subscriptionID = subscriptionID
        }
    }

    /// When it was published, on the broker's clock.
    public var instant: Instant
    /// When the record was made, on the wall clock.
    public var recordedAt: Timestamp
    /// When it was published, on the wall clock: what clients see.
    public var timestamp: Timestamp
    /// The number of the topic; 0 for a message to one device or phone.
    public var topic: UInt32
    /// The slot of the publication.
    public var publication: UInt32
    /// The MessageId that Publish answered.
    public var id: MessageID
    /// From which the message ids in the queues follow.
    public var seed: Hash128
    /// 0 on a standard topic.
    public var sequenceNumber: UInt64
    /// Who published it.
    public var sender: AccountID
    /// 1 or 2.
    public var signatureVersion: UInt8
    /// Whether the message is an object of texts by protocol.
    public var isStructured: Bool
    /// Whether it comes from the archive.
    public var isReplayed: Bool
    /// The topic's ARN, or the device's ARN or phone number it was published to.
    public var target: ByteView
    /// Empty when absent.
    public var subject: ByteView
    /// Empty when absent.
    public var groupID: ByteView
    /// Empty when absent. With content-based deduplication, the digest in hexadecimal.
    public var deduplicationID: ByteView
    /// Empty when absent.
    public var traceHeader: ByteView
    public var attributeCount: Int
    /// The encoded attributes; see `StoredAttributes`.
    public var attributeBytes: ByteView
    public var entryCount: Int
    private var entryBytes: ByteView
    /// The message as it was published.
    public var message: ByteView

    /// The message attributes, in the order sent.
    public var attributes: StoredAttributes { StoredAttributes(bytes: attributeBytes) }

    public init(
        instant: Instant, timestamp: Timestamp, topic: UInt32, id: MessageID, seed: Hash128,
        sender: AccountID, signatureVersion: UInt8, target: ByteView, message: ByteView
    ) {
        self.instant = instant
        recordedAt = timestamp
        self.timestamp = timestamp
        self.topic = topic
        publication = 0
        self.id = id
        self.seed = seed
        sequenceNumber = 0
        self.sender = sender
        self.signatureVersion = signatureVersion
        isStructured = false
        isReplayed = false
        self.target = target
        subject = ByteView()
        groupID = ByteView()
        deduplicationID = ByteView()
        traceHeader = ByteView()
        attributeCount = 0
        attributeBytes = ByteView()
        entryCount = 0
        entryBytes = ByteView()
        self.message = message
    }

    /// Decodes the payload of a `notificationPublished` record.
    public init(payload: ByteView) throws(ByteReader.EndOfBytes) {
        var reader = ByteReader(payload)
        instant = Instant(milliseconds: try reader.integer())
        recordedAt = Timestamp(milliseconds: try reader.integer())
        timestamp = Timestamp(milliseconds: try reader.integer())
        topic = try reader.integer()
        publication = try reader.integer()
        id = MessageID(high: try reader.integer(), low: try reader.integer())
        seed = Hash128(first: try reader.integer(), second: try reader.integer())
        sequenceNumber = try reader.integer()
        let account: UInt64 = try reader.integer()
        guard account < 1_000_000_000_000 else { throw ByteReader.EndOfBytes() }
        sender = AccountID(number: account)
        signatureVersion = try reader.integer()
        let flags: UInt8 = try reader.integer()
        isStructured = flags & 1 != 0
        isReplayed = flags & 2 != 0
        let targetCount: UInt16 = try reader.integer()
        let subjectCount: UInt16 = try reader.integer()
        let groupCount: UInt16 = try reader.integer()
        let deduplicationCount: UInt16 = try reader.integer()
        let traceCount: UInt16 = try reader.integer()
        let attributeCount: UInt16 = try reader.integer()
        let attributeByteCount: UInt32 = try reader.integer()
        let entryCount: UInt32 = try reader.integer()
        self.attributeCount = Int(attributeCount)
        self.entryCount = Int(entryCount)
        target = try reader.view(Int(targetCount))
        subject = try reader.view(Int(subjectCount))
        groupID = try reader.view(Int(groupCount))
        deduplicationID = try reader.view(Int(deduplicationCount))
        traceHeader = try reader.view(Int(traceCount))
        attributeBytes = try reader.view(Int(attributeByteCount))
        entryBytes = try reader.view(Int(entryCount) * Entry.byteCount)
        message = try reader.view(reader.remaining)
    }

    /// The entry with this index.
    ///
    /// - Throws: `EndOfBytes` when there is none, or it is not one of this version.
    public func entry(_ index: Int) throws(ByteReader.EndOfBytes) -> Entry {
        guard index >= 0, index < entryCount else { throw ByteReader.EndOfBytes() }
        var reader = ByteReader(entryBytes.dropFirst(index * Entry.byteCount))
        guard let kind = EntryKind(rawValue: try reader.integer()) else {
            throw ByteReader.EndOfBytes()
        }
        let flags: UInt8 = try reader.integer()
        guard let protocolKind = SubscriptionProtocol(rawValue: flags >> 4) else {
            throw ByteReader.EndOfBytes()
        }
        return Entry(
            kind: kind, isRaw: flags & 1 != 0, protocolKind: protocolKind,
            subscription: try reader.integer(),
            queue: try reader.integer(), sequenceNumber: try reader.integer(),
            subscriptionID: MessageID(high: try reader.integer(), low: try reader.integer()))
    }

    /// The message id that the entry's message has in its queue: the same whenever it is asked for.
    public func messageID(ofEntry index: Int) -> MessageID {
        var hasher = SipHasher(key: SipKey(k0: seed.first, k1: seed.second))
        hasher.update(littleEndian: UInt64(index))
        return MessageID(random: hasher.finish())
    }

    /// Writes everything before the message, which is the record's second part.
    public func writeHead(entries: [Entry], to writer: inout ByteWriter) {
        writer.append(littleEndian: instant.milliseconds)
        writer.append(littleEndian: recordedAt.milliseconds)
        writer.append(littleEndian: timestamp.milliseconds)
        writer.append(littleEndian: topic)
        writer.append(littleEndian: publication)
        for half in [id.high, id.low, seed.first, seed.second, sequenceNumber, sender.number] {
            writer.append(littleEndian: half)
        }
        writer.append(signatureVersion)
        writer.append(UInt8((isStructured ? 1 : 0) | (isReplayed ? 2 : 0)))
        for text in [target, subject, groupID, deduplicationID, traceHeader] {
            writer.append(littleEndian: UInt16(text.count))
        }
        writer.append(littleEndian: UInt16(attributeCount))
        writer.append(littleEndian: UInt32(attributeBytes.count))
        writer.append(littleEndian: UInt32(entries.count))
        for text in [target, subject, groupID, deduplicationID, traceHeader, attributeBytes] {
            writer.append(text)
        }
        for entry in entries {
            writer.append(entry.kind.rawValue)
            writer.append(UInt8(entry.isRaw ? 1 : 0) | entry.protocolKind.rawValue << 4)
            writer.append(littleEndian: entry.subscription)
            writer.append(littleEndian: entry.queue)
            writer.append(littleEndian: entry.sequenceNumber)
            writer.append(littleEndian: entry.subscriptionID.high)
            writer.append(littleEndian: entry.subscriptionID.low)
        }
    }
}
