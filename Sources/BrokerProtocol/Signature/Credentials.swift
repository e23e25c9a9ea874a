import BrokerCore
import Bytes

/// A key whose holder may ask, and the account that it asks for.
public struct AccessKey: Equatable, Sendable {
    /// The public half, which requests name.
    public var id: String
    /// The secret half, which is never sent.
    public var secret: String
    /// What requests have to carry besides, when the key is a temporary one.
    public var sessionToken: String?
    /// Whose queues and topics are meant.
    public var account: AccountID

    /// A key of these parts.
    public init(id: String, secret: String, sessionToken: String? = nil, account: AccountID) {
        self.id = id
        self.secret = secret
        self.sessionToken = sessionToken
        self.account = account
    }
}

/// The keys that a server knows.
public struct Credentials: Equatable, Sendable {
    /// The most keys of one server.
    public static let limit = 1000

    private var keys: [String: AccessKey] = [:]

    /// No keys.
    public init() {}

    /// How many there are.
    public var count: Int { keys.count }

    /// Adds a key; false when there is another one of the same identifier.
    public mutating func insert(_ key: AccessKey) -> Bool {
        if let known = keys[key.id] { return known == key }
        keys[key.id] = key
        return true
    }

    /// The key of this identifier.
    func key(_ id: ByteView) -> AccessKey? { keys[id.string] }
}
