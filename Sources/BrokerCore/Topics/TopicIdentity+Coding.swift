import Bytes

extension TopicIdentity {
    /// Appends the journal's form.
    func encode(to writer: inout ByteWriter) {
        writer.append(littleEndian: account.number)
        writer.append(counted: region)
        writer.append(counted: name)
    }

    /// Reads what `encode` wrote.
    init(decoding reader: inout ByteReader) throws(RecordError) {
        let identity = try QueueIdentity(decoding: &reader)
        self.init(account: identity.account, region: identity.region, name: identity.name)
    }
}

extension MessageID {
    /// The 36 characters of the UUID.
    var uuid: String {
        var writer = ByteWriter(capacity: 36)
        writer.append(uuid: high, low: low)
        return writer.view.string
    }

    /// Parses 8-4-4-4-12 hexadecimal digits; nil for anything else.
    init?(uuid text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12],
            parts.allSatisfy({ $0.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit } })
        else { return nil }
        let digits = parts.joined()
        guard let high = UInt64(digits.prefix(16), radix: 16),
            let low = UInt64(digits.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }
}
