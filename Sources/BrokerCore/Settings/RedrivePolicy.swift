/// Where a queue's messages go after too many receives: the RedrivePolicy attribute.
public struct RedrivePolicy: Sendable, Equatable {
    /// The dead-letter queue, as the client wrote its ARN.
    public let deadLetterTargetARN: String
    /// The dead-letter queue.
    public let target: QueueIdentity
    /// How often a message may be received before it is moved.
    public let maxReceiveCount: Int

    /// The attribute as GetQueueAttributes shows it. Like AWS it is written anew: a count that was
    /// set as a string comes back as a number.
    public var text: String {
        JSONValue.object([
            JSONValue.Member("deadLetterTargetArn", .string(deadLetterTargetARN)),
            JSONValue.Member("maxReceiveCount", .number(String(maxReceiveCount))),
        ]).description
    }

    /// The policy of these parts; nil when the ARN is not a queue's or the count is out of range.
    init?(deadLetterTargetARN: String, maxReceiveCount: Int) {
        guard let target = QueueIdentity(arn: deadLetterTargetARN),
            QueueLimits.maxReceiveCount.contains(maxReceiveCount)
        else { return nil }
        self.deadLetterTargetARN = deadLetterTargetARN
        self.target = target
        self.maxReceiveCount = maxReceiveCount
    }

    /// Parses the attribute's value, which is not empty.
    public init(parsing text: String) throws(BrokerError) {
        guard let map = JSONValue(parsing: text), case .object = map else {
            throw Self.refused(text, .notAMap)
        }
        guard let arn = map["deadLetterTargetArn"] else {
            throw Self.refused(text, .missing("deadLetterTargetArn"))
        }
        guard let count = map["maxReceiveCount"] else {
            throw Self.refused(text, .missing("maxReceiveCount"))
        }
        let countText: String
        switch count {
        case .number(let digits), .string(let digits): countText = digits
        default: countText = count.description
        }
        let number = QueueSettings.integer(countText, in: QueueLimits.maxReceiveCount)
        guard let number else { throw Self.refused(text, .invalidCount(countText)) }
        let policy = arn.text.flatMap {
            RedrivePolicy(deadLetterTargetARN: $0, maxReceiveCount: number)
        }
        guard let policy else { throw Self.refused(text, .invalidTarget) }
        self = policy
    }
}

extension RedrivePolicy {
    /// What can be wrong with a redrive policy.
    public enum Fault: Sendable {
        /// The value is not a JSON object.
        case notAMap
        /// A mandatory member is absent.
        case missing(String)
        /// maxReceiveCount is not an integer within its range.
        case invalidCount(String)
        /// deadLetterTargetArn is not the ARN of a queue.
        case invalidTarget
        /// The target belongs to another account than the source.
        case targetOfOtherOwner
        /// There is no such queue in the region of the source.
        case targetDoesNotExist
        /// One of the two queues is FIFO and the other is not.
        case targetOfOtherType
        /// The RedriveAllowPolicy of the target does not allow this source.
        case notAllowedByTarget

        var reason: String {
            switch self {
            case .notAMap: "Redrive policy is not a valid JSON map."
            case .missing(let name):
                "Redrive policy does not contain mandatory attribute: \(name)."
            case .invalidCount(let text):
                "Invalid value for maxReceiveCount: \(text), "
                    + "valid values are from 1 to 1000 both inclusive."
            case .invalidTarget: "Invalid value for deadLetterTargetArn."
            case .targetOfOtherOwner: "Dead letter target owner should be same as the source."
            case .targetDoesNotExist: "Dead letter target does not exist."
            case .targetOfOtherType: "Dead-letter queue must be same type of queue as the source."
            case .notAllowedByTarget:
                "Dead-letter queue does not allow this queue to use it as a dead-letter queue."
            }
        }
    }

    /// The refusal of the policy `text`, the value as the client sent it.
    public static func refused(_ text: String, _ fault: Fault) -> BrokerError {
        .invalidValue(text, parameter: "RedrivePolicy", reason: fault.reason)
    }

    /// The refusal of the RedrivePolicy among the `attributes` of a request.
    public static func refused(
        in attributes: [(name: String, value: String)], _ fault: Fault
    ) -> BrokerError {
        refused(attributes.last { $0.name == "RedrivePolicy" }?.value ?? "", fault)
    }
}
