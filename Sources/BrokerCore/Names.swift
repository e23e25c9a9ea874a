import Bytes

/// A twelve-digit AWS account number.
public struct AccountID: Hashable, Sendable, CustomStringConvertible {
    /// The number, below 10^12.
    public let number: UInt64

    /// The account of callers that name none: `000000000000`.
    public static let anonymous = AccountID(number: 0)

    /// The account `number`, which must be below 10^12.
    public init(number: UInt64) {
        precondition(number < 1_000_000_000_000, "an account has twelve digits")
        self.number = number
    }

    /// Parses exactly twelve digits; nil for anything else.
    public init?(_ text: ByteView) {
        guard text.count == 12 else { return nil }
        var number: UInt64 = 0
        for index in 0..<12 {
            let byte = text[index]
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            number = number * 10 + UInt64(byte - 0x30)
        }
        self.number = number
    }

    /// The twelve digits.
    public var description: String {
        let digits = String(number)
        return String(repeating: "0", count: 12 - digits.utf8.count) + digits
    }
}

/// Who asks: the name space of the request and the sender that messages record.
public struct Caller: Sendable {
    /// The caller's account.
    public var account: AccountID
    /// The region of the request, such as `us-east-1`.
    public var region: String

    /// A caller of `account` in `region`.
    public init(account: AccountID, region: String) {
        self.account = account
        self.region = region
    }
}

/// A queue as a request names it, resolved from a queue URL, a path or a bare name.
public struct QueueReference: Sendable {
    /// The owner of the queue.
    public var account: AccountID
    /// The region of the queue.
    public var region: String
    /// The queue's name, not yet validated.
    public var name: ByteView

    /// The queue `name` of `account` in `region`.
    public init(account: AccountID, region: String, name: ByteView) {
        self.account = account
        self.region = region
        self.name = name
    }
}

/// A queue's full identity as outcomes carry it; its URL and ARN are made from it.
public struct QueueIdentity: Hashable, Sendable {
    /// The owner of the queue.
    public var account: AccountID
    /// The region of the queue.
    public var region: String
    /// The queue's name.
    public var name: String

    /// The queue `name` of `account` in `region`.
    public init(account: AccountID, region: String, name: String) {
        self.account = account
        self.region = region
        self.name = name
    }

    /// `arn:aws:sqs:<region>:<account>:<name>`.
    public var arn: String { "arn:aws:sqs:\(region):\(account):\(name)" }

    /// Parses an SQS queue ARN; nil for anything else.
    public init?(arn: String) {
        guard let parts = ResourceARN(arn), parts.service == "sqs" else { return nil }
        self.init(account: parts.account, region: parts.region, name: parts.resource)
    }
}

/// An Amazon Resource Name of one resource of an account in a region.
struct ResourceARN {
    var service: String
    var region: String
    var account: AccountID
    /// Everything behind the account; it has no colon.
    var resource: String

    /// Parses `arn:aws…:<service>:<region>:<account>:<resource>`; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"),
            !parts[3].isEmpty, !parts[5].isEmpty,
            let account = String(parts[4]).withByteView({ AccountID($0) })
        else { return nil }
        service = String(parts[2])
        region = String(parts[3])
        self.account = account
        resource = String(parts[5])
    }
}

/// A message's identifier: 128 random bits, shown as a UUID.
public struct MessageID: Hashable, Sendable {
    /// The first eight bytes, big-endian.
    public var high: UInt64
    /// The last eight bytes, big-endian.
    public var low: UInt64

    /// The identifier of these 128 bits.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Random bits, marked as a random UUID (RFC 9562, version 4).
    public init(random bits: Hash128) {
        high = bits.first & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        low = bits.second & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    }
}
