import Bytes

/// A topic's full identity; its ARN is made from it.
public struct TopicIdentity: Hashable, Sendable {
    /// The owner of the topic.
    public var account: AccountID
    /// The region of the topic.
    public var region: String
    /// The topic's name.
    public var name: String

    /// The topic `name` of `account` in `region`.
    public init(account: AccountID, region: String, name: String) {
        self.account = account
        self.region = region
        self.name = name
    }

    /// `arn:aws:sns:<region>:<account>:<name>`.
    public var arn: String { "arn:aws:sns:\(region):\(account):\(name)" }

    /// Parses a topic ARN; nil for anything else.
    public init?(arn: String) {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == "sns",
            !parts[3].isEmpty, !parts[5].isEmpty
        else { return nil }
        guard let account = String(parts[4]).withByteView({ AccountID($0) }) else { return nil }
        self.init(account: account, region: String(parts[3]), name: String(parts[5]))
    }
}
