import Bytes

/// A message as its record keeps it: views into the payload of a `messageSent` record.
///
/// The layout is part "messageSent" of protocol-docs/record-payloads.md; integers are little-endian.
public struct StoredMessage: Sendable {
    /// When it was sent, on the broker's clock.
    public var instant: Instant
    /// When it was sent, on the wall clock.
    public var timestamp: Timestamp
    /// The number of the queue it was sent to.
    public var queue: UInt32
    /// The slot it took in the store.
    public var slot: UInt32
    public var id: MessageID
    public var bodyDigest: MD5Digest
    /// The digest over all message attributes; meaningful when there are any.
    public var attributesDigest: MD5Digest
    /// 0 on a standard queue.
    public var sequenceNumber: UInt64
    /// Who sent it.
    public var sender: AccountID
    /// How long it is delayed, in milliseconds, on a standard queue.
    public var delayMilliseconds: UInt32
    /// Empty when absent, which a valid id never is.
    public var groupID: ByteView
    /// Empty when absent. On a content-based queue, the digest in hexadecimal.
    public var deduplicationID: ByteView
    /// Empty when absent.
    public var traceHeader: ByteView
    /// How many message attributes there are.
    public var attributeCount: Int
    /// The encoded attributes; see `StoredAttributes`.
    public var attributeBytes: ByteView
    public var body: ByteView

    public init(
        instant: Instant, timestamp: Timestamp, queue: UInt32, slot: UInt32, id: MessageID,
        bodyDigest: MD5Digest, attributesDigest: MD5Digest, sequenceNumber: UInt64,
        sender: AccountID, delayMilliseconds: UInt32, groupID: ByteView,
        deduplicationID: ByteView, traceHeader: ByteView, attributeCount: Int,
        attributeBytes: ByteView, body: ByteView
    ) {
        self.instant = instant
        self.timestamp = timestamp
        self.queue = queue
        self.slot = slot
        self.id = id
        self.bodyDigest = bodyDigest
        self.attributesDigest = attributesDigest
        self.sequenceNumber = sequenceNumber
        self.sender = sender
        self.delayMilliseconds = delayMilliseconds
        self.groupID = groupID
        self.deduplicationID = deduplicationID
        self.traceHeader = traceHeader
        self.attributeCount = attributeCount
        self.attributeBytes = attributeBytes
        self.body = body
    }

    /// Decodes the payload of a `messageSent` record.
    public init(payload: ByteView) throws(ByteReader.EndOfBytes) {
        var reader = ByteReader(payload)
        instant = Instant(milliseconds: try reader.integer())
        timestamp = Timestamp(milliseconds: try reader.integer())
        queue = try reader.integer()
        slot = try reader.integer()
        id = MessageID(high: try reader.integer(), low: try reader.integer())
        bodyDigest = MD5Digest(first: try reader.integer(), second: try reader.integer())
        attributesDigest = MD5Digest(first: try reader.integer(), second: try reader.integer())
        sequenceNumber = try reader.integer()
        let account: UInt64 = try reader.integer()
        guard account < 1_000_000_000_000 else { throw ByteReader.EndOfBytes() }
        sender = AccountID(number: account)
        delayMilliseconds = try reader.integer()
        let groupCount: UInt16 = try reader.integer()
        let deduplicationCount: UInt16 = try reader.integer()
        let traceCount: UInt16 = try reader.integer()
        let attributeCount: UInt16 = try reader.integer()
        let attributeByteCount: UInt32 = try reader.integer()
        self.attributeCount = Int(attributeCount)
        groupID = try reader.view(Int(groupCount))
        deduplicationID = try reader.view(Int(deduplicationCount))
        traceHeader = try reader.view(Int(traceCount))
        attributeBytes = try reader.view(Int(attributeByteCount))
        body = try reader.view(reader.remaining)
    }

    /// Writes everything before the body, which is the record's second part.
    public func writeHead(to writer: inout ByteWriter) {
        writer.append(littleEndian: instant.milliseconds)
        writer.append(littleEndian: timestamp.milliseconds)
        writer.append(littleEndian: queue)
        writer.append(littleEndian: slot)
        writer.append(littleEndian: id.high)
        writer.append(littleEndian: id.low)
        writer.append(littleEndian: bodyDigest.first)
        writer.append(littleEndian: bodyDigest.second)
        writer.append(littleEndian: attributesDigest.first)
        writer.append(littleEndian: attributesDigest.second)
        writer.append(littleEndian: sequenceNumber)
        writer.append(littleEndian: sender.number)
        writer.append(littleEndian: delayMilliseconds)
        writer.append(littleEndian: UInt16(groupID.count))
        writer.append(littleEndian: UInt16(deduplicationID.count))
        writer.append(littleEndian: UInt16(traceHeader.count))
        writer.append(littleEndian: UInt16(attributeCount))
        writer.append(littleEndian: UInt32(attributeBytes.count))
        writer.append(groupID)
        writer.append(deduplicationID)
        writer.append(traceHeader)
        writer.append(attributeBytes)
    }

    /// The message attributes, in the order sent.
    public var attributes: StoredAttributes { StoredAttributes(bytes: attributeBytes) }
}

/// Message attributes as a record keeps them, one after the other:
/// name length (2 bytes), type length (2), kind (1: 1 = text, 2 = binary), value length (4),
/// name, type, value.
public struct StoredAttributes: Sequence, IteratorProtocol, Sendable {
    /// One attribute.
    public struct Attribute: Sendable {
        public var name: ByteView
        public var dataType: ByteView
        public var isBinary: Bool
        public var value: ByteView
    }

    private var reader: ByteReader

    /// The attributes in `bytes`.
    public init(bytes: ByteView) { reader = ByteReader(bytes) }

    /// The next attribute, or nil at the end (or at bytes that are no attribute).
    public mutating func next() -> Attribute? {
        guard reader.remaining > 0 else { return nil }
        do {
            let nameCount: UInt16 = try reader.integer()
            let typeCount: UInt16 = try reader.integer()
            let kind: UInt8 = try reader.integer()
            let valueCount: UInt32 = try reader.integer()
            return Attribute(
                name: try reader.view(Int(nameCount)), dataType: try reader.view(Int(typeCount)),
                isBinary: kind == 2, value: try reader.view(Int(valueCount)))
        } catch {
            return nil
        }
    }

    /// Appends one attribute in this layout.
    public static func append(
        name: ByteView, dataType: ByteView, isBinary: Bool, value: ByteView,
        to writer: inout ByteWriter
    ) {
        writer.append(littleEndian: UInt16(name.count))
        writer.append(littleEndian: UInt16(dataType.count))
        writer.append(UInt8(isBinary ? 2 : 1))
        writer.append(littleEndian: UInt32(value.count))
        writer.append(name)
        writer.append(dataType)
        writer.append(value)
    }
}
