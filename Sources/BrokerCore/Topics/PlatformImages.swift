import Bytes

/// The state of a platform application as its records carry it.
struct PlatformImage {
    static let kind: UInt8 = 1

    var number: UInt32
    var identity: PlatformIdentity
    var attributes: [(name: String, value: String)]

    init(
        number: UInt32, identity: PlatformIdentity, attributes: [(name: String, value: String)]
    ) {
        self.number = number
        self.identity = identity
        self.attributes = attributes
    }

    init(_ platform: PlatformApplication) {
        self.init(
            number: platform.number, identity: platform.identity, attributes: platform.attributes)
    }

    func encode(to writer: inout ByteWriter) {
        writer.append(Self.kind)
        writer.append(1 as UInt8)
        writer.append(littleEndian: number)
        writer.append(littleEndian: identity.account.number)
        for text in [identity.region, identity.platform, identity.name] {
            writer.append(counted: text)
        }
        writer.append(UInt8(attributes.count))
        for (name, value) in attributes {
            writer.append(counted: name)
            writer.append(counted: value)
        }
    }

    /// Reads what `encode` wrote after kind and presence.
    init(decoding reader: inout RecordReader) throws(RecordError) {
        number = try reader.integer()
        let account: UInt64 = try reader.integer()
        guard number > 0, account < 1_000_000_000_000 else {
            throw RecordError("a platform application has an unknown owner")
        }
        identity = PlatformIdentity(
            account: AccountID(number: account), region: try reader.text(),
            platform: try reader.text(), name: try reader.text())
        attributes = []
        for _ in 0..<(try reader.integer(UInt8.self)) {
            let name = try reader.text()
            attributes.append((name, try reader.text()))
        }
    }
}

/// The state of a device as its records carry it.
struct DeviceImage {
    static let kind: UInt8 = 2

    var number: UInt32
    var platform: UInt32
    var id: MessageID
    var token: String
    var isEnabled: Bool
    var customUserData: String?

    init(
        number: UInt32, platform: UInt32, id: MessageID, token: String, isEnabled: Bool,
        customUserData: String?
    ) {
        self.number = number
        self.platform = platform
        self.id = id
        self.token = token
        self.isEnabled = isEnabled
        self.customUserData = customUserData
    }

    init(_ device: PlatformEndpoint) {
        self.init(
            number: device.number, platform: device.platform.number, id: device.id,
            token: device.token, isEnabled: device.isEnabled,
            customUserData: device.customUserData)
    }

    func encode(to writer: inout ByteWriter) {
        writer.append(Self.kind)
        writer.append(1 as UInt8)
        writer.append(littleEndian: number)
        writer.append(littleEndian: platform)
        writer.append(littleEndian: id.high)
        writer.append(littleEndian: id.low)
        writer.append(UInt8((isEnabled ? 1 : 0) | (customUserData == nil ? 0 : 2)))
        writer.append(counted: token)
        writer.append(counted: customUserData ?? "")
    }

    /// Reads what `encode` wrote after kind and presence.
    init(decoding reader: inout RecordReader) throws(RecordError) {
        number = try reader.integer()
        guard number > 0 else { throw RecordError("devices are numbered from one") }
        platform = try reader.integer()
        id = MessageID(high: try reader.integer(), low: try reader.integer())
        let flags: UInt8 = try reader.integer()
        isEnabled = flags & 1 != 0
        token = try reader.text()
        let data = try reader.text()
        customUserData = flags & 2 == 0 ? nil : data
    }
}
