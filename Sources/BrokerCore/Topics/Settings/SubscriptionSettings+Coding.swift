import Bytes

/// The journal's form of a subscription's settings.
///
///     version u8 = 1 | flags u8 | text for each flag from `filterPolicy` on
extension SubscriptionSettings {
    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let raw = Flags(rawValue: 1 << 0)
        static let bodyScope = Flags(rawValue: 1 << 1)
        static let filterPolicy = Flags(rawValue: 1 << 2)
        static let deliveryPolicy = Flags(rawValue: 1 << 3)
        static let redrivePolicy = Flags(rawValue: 1 << 4)
        static let role = Flags(rawValue: 1 << 5)
        static let replayPolicy = Flags(rawValue: 1 << 6)
    }

    private var texts: [(flag: Flags, text: String?)] {
        [
            (.filterPolicy, filterPolicy?.text), (.deliveryPolicy, deliveryPolicy?.text),
            (.redrivePolicy, redrivePolicy), (.role, subscriptionRoleARN),
            (.replayPolicy, replayPolicy),
        ]
    }

    /// Appends the journal's form.
    func encode(to writer: inout ByteWriter) {
        var flags: Flags = []
        if rawMessageDelivery { flags.insert(.raw) }
        if filterPolicyScope == .messageBody { flags.insert(.bodyScope) }
        for (flag, text) in texts where text != nil { flags.insert(flag) }
        writer.append(1 as UInt8)
        writer.append(flags.rawValue)
        for case let (_, text?) in texts { writer.append(counted: text) }
    }

    /// Reads what `encode` wrote.
    init(decoding reader: inout ByteReader) throws(RecordError) {
        do { try self.init(&reader) } catch {
            throw RecordError("the settings of a subscription are not those of this version")
        }
    }

    private init(_ reader: inout ByteReader) throws {
        guard try reader.integer(UInt8.self) == 1 else { throw ByteReader.EndOfBytes() }
        let flags = Flags(rawValue: try reader.integer())
        let text = { (flag: Flags, reader: inout ByteReader) throws -> String? in
            flags.contains(flag) ? try reader.countedText() : nil
        }
        rawMessageDelivery = flags.contains(.raw)
        filterPolicyScope = flags.contains(.bodyScope) ? .messageBody : .messageAttributes
        if let policy = try text(.filterPolicy, &reader) {
            filterPolicy = try FilterPolicy(policy, scope: filterPolicyScope)
        }
        if let policy = try text(.deliveryPolicy, &reader) {
            deliveryPolicy = try DeliveryPolicy(ofSubscription: policy)
        }
        if let policy = try text(.redrivePolicy, &reader) {
            redrivePolicy = policy
            deadLetterQueue = try Self.deadLetterQueue(policy)
        }
        subscriptionRoleARN = try text(.role, &reader)
        replayPolicy = try text(.replayPolicy, &reader)
    }
}

extension SubscriptionCondition {
    /// Appends the journal's form.
    func encode(to writer: inout ByteWriter) {
        switch state {
        case .pending(let until):
            writer.append(0 as UInt8)
            writer.append(littleEndian: until.milliseconds)
        case .confirmed:
            writer.append(1 as UInt8)
            writer.append(littleEndian: 0 as UInt64)
        case .ended:
            writer.append(2 as UInt8)
            writer.append(littleEndian: 0 as UInt64)
        }
        writer.append(littleEndian: token.first)
        writer.append(littleEndian: token.second)
        writer.append(
            UInt8(
                (confirmationWasAuthenticated ? 1 : 0) | (authenticatesOnUnsubscribe ? 2 : 0)))
        settings.encode(to: &writer)
    }

    /// Reads what `encode` wrote.
    init(decoding reader: inout RecordReader) throws(RecordError) {
        let kind: UInt8 = try reader.integer()
        let until = Instant(milliseconds: try reader.integer())
        switch kind {
        case 0: state = .pending(until: until)
        case 1: state = .confirmed
        case 2: state = .ended
        default: throw RecordError("a subscription has an unknown state")
        }
        token = try reader.digest()
        let flags: UInt8 = try reader.integer()
        confirmationWasAuthenticated = flags & 1 != 0
        authenticatesOnUnsubscribe = flags & 2 != 0
        settings = try SubscriptionSettings(decoding: &reader.bytes)
    }
}
