import Bytes

/// The journal's form of a topic's settings.
///
///     version u8 = 1 | flags u16 | signatureVersion u8 | archiveDays u16 | archivedSince timestamp
///     | text for each flag from `displayName` on | feedback: count u8, name and value text each
extension TopicSettings {
    private struct Flags: OptionSet {
        let rawValue: UInt16
        static let isFIFO = Flags(rawValue: 1 << 0)
        static let contentBased = Flags(rawValue: 1 << 1)
        static let groupScope = Flags(rawValue: 1 << 2)
        static let signatureVersion = Flags(rawValue: 1 << 3)
        static let displayName = Flags(rawValue: 1 << 4)
        static let policy = Flags(rawValue: 1 << 5)
        static let deliveryPolicy = Flags(rawValue: 1 << 6)
        static let kmsMasterKey = Flags(rawValue: 1 << 7)
        static let tracingConfig = Flags(rawValue: 1 << 8)
        static let dataProtectionPolicy = Flags(rawValue: 1 << 9)
    }

    private var texts: [(flag: Flags, text: String?)] {
        [
            (.displayName, displayName), (.policy, policy),
            (.deliveryPolicy, deliveryPolicy?.text), (.kmsMasterKey, kmsMasterKeyID),
            (.tracingConfig, tracingConfig), (.dataProtectionPolicy, dataProtectionPolicy),
        ]
    }

    /// Appends the journal's form.
    func encode(to writer: inout ByteWriter) {
        var flags: Flags = []
        if isFIFO { flags.insert(.isFIFO) }
        if contentBasedDeduplication { flags.insert(.contentBased) }
        if fifoThroughputScope == .messageGroup { flags.insert(.groupScope) }
        if isSignatureVersionSet { flags.insert(.signatureVersion) }
        for (flag, text) in texts where text != nil { flags.insert(flag) }
        writer.append(1 as UInt8)
        writer.append(littleEndian: flags.rawValue)
        writer.append(UInt8(signatureVersion))
        writer.append(littleEndian: UInt16(archiveDays ?? 0))
        writer.append(littleEndian: archivedSince?.milliseconds ?? 0)
        for case let (_, text?) in texts { writer.append(counted: text) }
        writer.append(UInt8(feedback.count))
        for (name, value) in feedback {
            writer.append(counted: name)
            writer.append(counted: value)
        }
    }

    /// Reads what `encode` wrote.
    init(decoding reader: inout ByteReader) throws(RecordError) {
        do { self = try Self.decode(&reader) } catch {
            throw RecordError("the settings of a topic are not those of this version")
        }
    }

    private static func decode(_ reader: inout ByteReader) throws -> TopicSettings {
        guard try reader.integer(UInt8.self) == 1 else { throw ByteReader.EndOfBytes() }
        let flags = Flags(rawValue: try reader.integer())
        var settings = TopicSettings(isFIFO: flags.contains(.isFIFO))
        settings.contentBasedDeduplication = flags.contains(.contentBased)
        settings.fifoThroughputScope = flags.contains(.groupScope) ? .messageGroup : .topic
        settings.isSignatureVersionSet = flags.contains(.signatureVersion)
        settings.signatureVersion = Int(try reader.integer(UInt8.self))
        let days = Int(try reader.integer(UInt16.self))
        let since: UInt64 = try reader.integer()
        if days > 0 {
            settings.archiveDays = days
            settings.archivedSince = Timestamp(milliseconds: since)
        }
        let text = { (flag: Flags, reader: inout ByteReader) throws -> String? in
            flags.contains(flag) ? try reader.countedText() : nil
        }
        settings.displayName = try text(.displayName, &reader)
        settings.policy = try text(.policy, &reader)
        settings.deliveryPolicy = try text(.deliveryPolicy, &reader).map {
            try DeliveryPolicy(ofTopic: $0)
        }
        settings.kmsMasterKeyID = try text(.kmsMasterKey, &reader)
        settings.tracingConfig = try text(.tracingConfig, &reader)
        settings.dataProtectionPolicy = try text(.dataProtectionPolicy, &reader)
        for _ in 0..<(try reader.integer(UInt8.self)) {
            let name = try reader.countedText()
            settings.feedback.append((name, try reader.countedText()))
        }
        return settings
    }
}
