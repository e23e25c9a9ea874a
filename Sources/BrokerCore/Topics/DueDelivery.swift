import Bytes

/// A delivery that is to be attempted now, to something that is no queue.
public struct DueDelivery: Sendable {
    /// What is delivered.
    public enum Content: Sendable {
        /// A published message: where its record stands, how long the payload is in bytes, and
        /// which entry of it this is.
        case notification(position: JournalPosition, length: Int, entry: Int)
        /// SubscriptionConfirmation, or UnsubscribeConfirmation when the subscription has ended.
        case confirmation(Confirmation)
        /// A published message for the archive of its topic.
        case archive(position: JournalPosition, length: Int)
    }

    /// By which the result names it.
    public var number: UInt64
    public var content: Content
    public var protocolKind: SubscriptionProtocol
    /// The URL, address, phone number or ARN it goes to.
    public var endpoint: String
    /// The device, for `application`; nil when it is gone.
    public var device: Device?
    /// The subscription's ARN; empty for a message to one device or phone.
    public var subscriptionARN: String
    /// The topic's ARN; empty for a message to one device or phone.
    public var topicARN: String
    public var isRaw: Bool
    /// The Content-Type that the delivery policy asks for in notifications.
    public var contentType: String
    /// Attempts made before this one.
    public var attempts: Int
    /// When the message was published, on the broker's clock.
    public var since: Instant

    /// A device of a platform application.
    public struct Device: Sendable {
        /// By which the push service knows it.
        public var token: String
        /// CustomUserData, if it was set.
        public var userData: String?

        public init(token: String, userData: String? = nil) {
            self.token = token
            self.userData = userData
        }
    }

    /// A confirmation's message: everything that is not in the delivery.
    public struct Confirmation: Sendable {
        public var isUnsubscribe: Bool
        public var id: MessageID
        /// As it appears in links.
        public var token: String
        public var timestamp: Timestamp
        /// 1 or 2.
        public var signatureVersion: UInt8
    }
}

/// What came of an attempt.
public enum DeliveryResult: Sendable {
    case delivered
    /// It failed and may succeed later.
    case failed
    /// It failed in a way that a repetition cannot mend.
    case refused
    /// Likewise, and a phone or device wants, or is there for, nothing more.
    case gone
}

/// What became of a delivery after an attempt: for the delivery log.
public struct DeliveryReport: Sendable {
    /// How it goes on.
    public enum Fate: Sendable {
        case delivered
        /// It is tried again in so many milliseconds.
        case retried(inMilliseconds: UInt64)
        /// It went to the subscription's dead-letter queue.
        case redriven
        /// It was given up.
        case failed
    }
    public var fate: Fate
    public var topicARN: String
    public var protocolKind: SubscriptionProtocol
    /// Attempts made, this one included.
    public var attempts: Int
    /// The topic's feedback attributes for the protocol: role ARNs and sample rate in percent.
    public var successRoleARN: String?
    public var failureRoleARN: String?
    public var successSampleRate: Int
    public var messageID: MessageID?
}
