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
        guard let parts = ResourceARN(arn), parts.service == "sns" else { return nil }
        self.init(account: parts.account, region: parts.region, name: parts.resource)
    }
}
