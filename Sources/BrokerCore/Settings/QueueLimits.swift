/// The bounds of a queue's settings, tags and policy, as AWS publishes them
/// (protocol-docs/limits.md lists them with all the others).
public enum QueueLimits {
    /// VisibilityTimeout, in seconds: up to twelve hours.
    public static let visibilityTimeout = 0...43_200
    /// DelaySeconds, in seconds: up to fifteen minutes.
    public static let delaySeconds = 0...900
    /// MaximumMessageSize, in bytes: 1 KiB to 1 MiB.
    public static let maximumMessageSize = 1_024...1_048_576
    /// MessageRetentionPeriod, in seconds: one minute to fourteen days.
    public static let messageRetentionPeriod = 60...1_209_600
    /// ReceiveMessageWaitTimeSeconds, in seconds.
    public static let receiveMessageWaitTimeSeconds = 0...20
    /// KmsDataKeyReusePeriodSeconds, in seconds: one minute to twenty-four hours.
    public static let kmsDataKeyReusePeriodSeconds = 60...86_400
    /// KmsMasterKeyId, in bytes: the longest key identifier of KMS.
    public static let kmsMasterKeyIDBytes = 2_048

    /// The length of a queue's name, `.fifo` included.
    public static let nameLength = 1...80
    /// RedrivePolicy's maxReceiveCount.
    public static let maxReceiveCount = 1...1_000
    /// RedriveAllowPolicy's sourceQueueArns.
    public static let sourceQueueARNs = 10

    /// Tags of one queue.
    public static let tags = 50
    /// The length of a tag's key, in UTF-16 units as AWS counts.
    public static let tagKeyLength = 1...128
    /// The length of a tag's value, in UTF-16 units as AWS counts.
    public static let tagValueLength = 0...256

    /// The text of a policy, in bytes.
    public static let policyBytes = 8_192
    /// Statements of a policy.
    public static let policyStatements = 20
    /// Principals of a policy, over all its statements.
    public static let policyPrincipals = 50
    /// Conditions of a policy, over all its statements.
    public static let policyConditions = 10
    /// Actions of one statement.
    public static let policyActions = 7
    /// The length of a permission's label.
    public static let labelLength = 1...80

    /// Entries of one page of a listing.
    public static let pageEntries = 1...1_000
    /// How deep a JSON text may nest. It bounds the stack that the parser uses.
    public static let jsonDepth = 64
    /// The longest JSON text that is read, in bytes: more than any attribute may hold.
    public static let jsonBytes = 65_536
}
