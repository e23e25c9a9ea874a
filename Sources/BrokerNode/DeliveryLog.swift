import Bytes

/// An attempt to deliver that did not succeed, for the operator's log.
public struct DeliveryNotice: Sendable {
    /// What follows.
    public enum Consequence: Sendable {
        /// Another attempt.
        case retried(inMilliseconds: UInt64)
        /// The message went to the subscription's dead-letter queue.
        case redriven
        /// The message is given up.
        case givenUp
    }
    public var consequence: Consequence
    /// The name of the protocol, or "archive".
    public var protocolName: String
    /// The topic's ARN; empty for a message to one device or phone.
    public var topicARN: String
    /// Where it should have gone, without credentials.
    public var destination: String
    /// Attempts made so far.
    public var attempts: Int
    /// What went wrong.
    public var reason: String

    /// A report of an attempt.
    public init(
        _ consequence: Consequence, protocolName: String, topicARN: String, destination: String,
        attempts: Int, reason: String
    ) {
        self.consequence = consequence
        self.protocolName = protocolName
        self.topicARN = topicARN
        self.destination = destination
        self.attempts = attempts
        self.reason = reason
    }
}

/// The seam to where deliveries are reported.
public protocol DeliveryLog: AnyObject {
    /// Takes a delivery's status as CloudWatch has it: a JSON object in one line, without its end.
    func write(status document: ByteView)
    /// Takes what the operator should know.
    func write(_ notice: DeliveryNotice)
}
