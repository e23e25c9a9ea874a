import Bytes

/// How deliveries to an HTTP or HTTPS endpoint are retried and throttled, as it was set on a topic
/// or subscription.
public struct DeliveryPolicy: Sendable, Equatable {
    /// The attribute's value as it was set.
    public let text: String
}

/// What a delivery goes by: the subscription's policy, else the topic's, else the default of the
/// protocol.
struct RetryPlan: Sendable, Equatable {
    /// Deliveries per second; nil for no limit.
    var maxReceivesPerSecond: Int?
    /// The Content-Type of notifications.
    var contentType = "text/plain; charset=UTF-8"

    /// How long to wait before the next attempt, in milliseconds; nil when there is none left.
    ///
    /// - Parameters:
    ///   - attempts: How many attempts have failed, from 1.
    ///   - jitter: Random bits.
    func delay(afterAttempts attempts: Int, jitter: UInt64) -> UInt64? { nil }
}
