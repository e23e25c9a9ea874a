import Bytes

/// The journal's form of settings. All integers are little-endian; a text is its length in bytes
/// (u32) and its UTF-8.
///
///     version u8 = 1 | flags u16 | visibilityTimeout u32 | delaySeconds u32
///     | maximumMessageSize u32 | messageRetentionPeriod u32 | receiveMessageWaitTimeSeconds u32
///     | kmsDataKeyReusePeriodSeconds u32
///     [| maxReceiveCount u32 | deadLetterTargetArn text]   when flagged, each of these
///     [| redriveAllowPolicy text] [| policy text] [| kmsMasterKeyId text]
extension QueueSettings {
    /// The bytes are not settings that this version wrote.
    public struct Malformed: Error, Equatable, Sendable {
        /// The error.
        public init() {}
    }

    private static let codingVersion: UInt8 = 1

    private struct Flags: OptionSet {
        let rawValue: UInt16
        static let isFIFO = Flags(rawValue: 1 << 0)
        static let createdWithGroupScope = Flags(rawValue: 1 << 1)
        static let groupScope = Flags(rawValue: 1 << 2)
        static let groupThroughput = Flags(rawValue: 1 << 3)
        static let contentBased = Flags(rawValue: 1 << 4)
        static let managedSSE = Flags(rawValue: 1 << 5)
        static let redrivePolicy = Flags(rawValue: 1 << 6)
        static let redriveAllowPolicy = Flags(rawValue: 1 << 7)
        static let policy = Flags(rawValue: 1 << 8)
        static let kmsMasterKey = Flags(rawValue: 1 << 9)
    }

    private var flags: Flags {
        var flags: Flags = []
        if isFIFO { flags.insert(.isFIFO) }
        if creationDeduplicationScope == .messageGroup { flags.insert(.createdWithGroupScope) }
        if deduplicationScope == .messageGroup { flags.insert(.groupScope) }
        if fifoThroughputLimit == .perMessageGroupID { flags.insert(.groupThroughput) }
        if contentBasedDeduplication { flags.insert(.contentBased) }
        if sqsManagedSSEEnabled { flags.insert(.managedSSE) }
        if redrivePolicy != nil { flags.insert(.redrivePolicy) }
        if redriveAllowPolicy != nil { flags.insert(.redriveAllowPolicy) }
        if policy != nil { flags.insert(.policy) }
        if kmsMasterKeyID != nil { flags.insert(.kmsMasterKey) }
        return flags
    }

    /// Appends the journal's form.
    public func encode(to writer: inout ByteWriter) {
        writer.append(Self.codingVersion)
        writer.append(littleEndian: flags.rawValue)
        for number in [
            visibilityTimeout, delaySeconds, maximumMessageSize, messageRetentionPeriod,
            receiveMessageWaitTimeSeconds, kmsDataKeyReusePeriodSeconds,
        ] {
            writer.append(littleEndian: UInt32(number))
        }
        if let redrivePolicy {
            writer.append(littleEndian: UInt32(redrivePolicy.maxReceiveCount))
            writer.append(counted: redrivePolicy.deadLetterTargetARN)
        }
        if let redriveAllowPolicy { writer.append(counted: redriveAllowPolicy.text) }
        if let policy { writer.append(counted: policy) }
        if let kmsMasterKeyID { writer.append(counted: kmsMasterKeyID) }
    }

    /// Reads what `encode` wrote.
    public init(decoding reader: inout ByteReader) throws(Malformed) {
        do {
            self = try Self.decode(&reader)
        } catch {
            throw Malformed()
        }
    }

    private static func decode(_ reader: inout ByteReader) throws -> QueueSettings {
        guard try reader.integer(UInt8.self) == codingVersion else { throw Malformed() }
        let flags = Flags(rawValue: try reader.integer())
        var settings = QueueSettings(isFIFO: flags.contains(.isFIFO))
        settings.creationDeduplicationScope =
            flags.contains(.createdWithGroupScope) ? .messageGroup : .queue
        settings.deduplicationScope = flags.contains(.groupScope) ? .messageGroup : .queue
        settings.fifoThroughputLimit =
            flags.contains(.groupThroughput) ? .perMessageGroupID : .perQueue
        settings.contentBasedDeduplication = flags.contains(.contentBased)
        settings.sqsManagedSSEEnabled = flags.contains(.managedSSE)
        settings.visibilityTimeout = try reader.number(QueueLimits.visibilityTimeout)
        settings.delaySeconds = try reader.number(QueueLimits.delaySeconds)
        settings.maximumMessageSize = try reader.number(QueueLimits.maximumMessageSize)
        settings.messageRetentionPeriod = try reader.number(QueueLimits.messageRetentionPeriod)
        settings.receiveMessageWaitTimeSeconds = try reader.number(
            QueueLimits.receiveMessageWaitTimeSeconds)
        settings.kmsDataKeyReusePeriodSeconds = try reader.number(
            QueueLimits.kmsDataKeyReusePeriodSeconds)
        if flags.contains(.redrivePolicy) {
            let count = try reader.number(QueueLimits.maxReceiveCount)
            let policy = RedrivePolicy(
                deadLetterTargetARN: try reader.countedText(), maxReceiveCount: count)
            guard let policy else { throw Malformed() }
            settings.redrivePolicy = policy
        }
        if flags.contains(.redriveAllowPolicy) {
            settings.redriveAllowPolicy = try RedriveAllowPolicy(parsing: reader.countedText())
        }
        if flags.contains(.policy) { settings.policy = try reader.countedText() }
        if flags.contains(.kmsMasterKey) { settings.kmsMasterKeyID = try reader.countedText() }
        return settings
    }
}

extension QueueTags {
    /// Appends the journal's form: the count, then each key and value.
    public func encode(to writer: inout ByteWriter) {
        writer.append(littleEndian: UInt16(tags.count))
        for tag in tags {
            writer.append(counted: tag.key)
            writer.append(counted: tag.value)
        }
    }

    /// Reads what `encode` wrote.
    public init(decoding reader: inout ByteReader) throws(QueueSettings.Malformed) {
        self.init()
        do {
            for _ in 0..<(try reader.integer(UInt16.self)) {
                let key = try reader.countedText()
                tags.append(Tag(key: key, value: try reader.countedText()))
            }
        } catch {
            throw QueueSettings.Malformed()
        }
    }
}

extension ByteWriter {
    /// Appends the byte count and the UTF-8 bytes of a text.
    mutating func append(counted text: String) {
        append(littleEndian: UInt32(text.utf8.count))
        append(text)
    }
}

extension ByteReader {
    /// Reads what `append(counted:)` wrote.
    mutating func countedText() throws(EndOfBytes) -> String {
        try view(Int(try integer(UInt32.self))).string
    }

    fileprivate mutating func number(_ range: ClosedRange<Int>) throws -> Int {
        let number = Int(try integer(UInt32.self))
        guard range.contains(number) else { throw QueueSettings.Malformed() }
        return number
    }
}
