/// The bounds of topics, subscriptions, platform applications and SMS settings, as AWS publishes them
/// (protocol-docs/limits.md lists them with all the others).
public enum TopicLimits {
    /// Topics of an account in a region.
    public static let topics = 100_000
    /// FIFO topics among them.
    public static let fifoTopics = 1_000
    /// Subscriptions of a topic, pending and confirmed.
    public static let subscriptions = 12_500_000
    /// Subscriptions of a FIFO topic.
    public static let fifoSubscriptions = 100
    /// Subscriptions of an account's topics in a region that nobody has confirmed yet.
    public static let pendingSubscriptions = 5_000
    /// Filter policies on the subscriptions of a topic.
    public static let filterPoliciesOfTopic = 200
    /// Filter policies on the subscriptions of an account's topics in a region.
    public static let filterPoliciesOfAccount = 10_000

    /// The length of a topic's name, `.fifo` included.
    public static let nameLength = 1...256
    /// Bytes of a subscription's endpoint.
    public static let endpointBytes = 2_048
    /// Bytes of the ARN of a role or another resource that an attribute names.
    public static let arnBytes = 2_048
    /// Characters of a DisplayName.
    public static let displayNameCharacters = 100
    /// Bytes of a topic's access policy.
    public static let policyBytes = 30_720
    /// Bytes of a data protection policy.
    public static let dataProtectionPolicyBytes = 30_720
    /// Days that a FIFO topic archives its messages.
    public static let archiveDays = 1...365
    /// Entries of one page of a listing.
    public static let pageEntries = 100
    /// Seconds for which a token of a confirmation is valid: two days.
    public static let tokenSeconds = 172_800

    /// Retries of a delivery policy.
    public static let retries = 0...100
    /// Seconds of a delay between two retries.
    public static let retryDelaySeconds = 1...3_600
    /// Seconds that all delays of a delivery policy take together.
    public static let retryTotalSeconds = 3_600

    /// The length of a platform application's name.
    public static let platformNameLength = 1...256
    /// Bytes of an attribute of a platform application.
    public static let platformAttributeBytes = 65_536
    /// Bytes of a device's CustomUserData.
    public static let customUserDataBytes = 2_048
    /// Bytes of a device's token.
    public static let deviceTokenBytes = 4_096
    /// Phone numbers of the SMS sandbox.
    public static let sandboxNumbers = 10
    /// Seconds for which a one-time password is valid.
    public static let oneTimePasswordSeconds = 900
    /// Seconds between two times that a phone number is opted in: thirty days.
    public static let optInSeconds = 2_592_000
    /// MaxResults of ListOriginationNumbers.
    public static let originationPageEntries = 1...30
}
