/// Which queues may name a queue as their dead-letter queue: the RedriveAllowPolicy attribute.
public struct RedriveAllowPolicy: Sendable, Equatable {
    /// The kinds of permission.
    public enum Permission: String, Sendable {
        case allowAll
        case denyAll
        case byQueue
    }

    /// Who is allowed.
    public let permission: Permission
    /// The allowed queues of `byQueue`, one to ten of them; empty otherwise.
    public let sourceQueueARNs: [String]
    /// The attribute as it was set, which is how GetQueueAttributes shows it.
    public let text: String

    /// Parses the attribute's value, which is not empty.
    public init(parsing text: String) throws(BrokerError) {
        guard let map = JSONValue(parsing: text), case .object(let members) = map,
            members.allSatisfy({ ["redrivePermission", "sourceQueueArns"].contains($0.name) }),
            let permission = map["redrivePermission"]?.text.flatMap(Permission.init(rawValue:)),
            let sources = Self.sources(map["sourceQueueArns"])
        else { throw Self.refused(text, ", as it's in an unsupported format.") }
        guard permission == .byQueue || map["sourceQueueArns"] == nil else {
            throw Self.refused(
                text,
                ". When you specify the \(permission.rawValue) permission type, "
                    + "you can't specify sourceQueueArns values.")
        }
        guard permission != .byQueue || !sources.isEmpty else {
            throw Self.refused(
                text,
                ". When you specify the byQueue permission type, "
                    + "you must also specify one or more sourceQueueArns values.")
        }
        guard sources.count <= QueueLimits.sourceQueueARNs else {
            throw Self.refused(
                text,
                ". You can specify up to \(QueueLimits.sourceQueueARNs) sourceQueueArns values.")
        }
        self.permission = permission
        self.sourceQueueARNs = sources
        self.text = text
    }

    /// The ARNs of a list; none of an absent one; nil when it is no list of queue ARNs.
    private static func sources(_ list: JSONValue?) -> [String]? {
        guard let list else { return [] }
        guard case .array(let elements) = list else { return nil }
        let sources = elements.compactMap(\.text).filter { QueueIdentity(arn: $0) != nil }
        return sources.count == elements.count ? sources : nil
    }

    /// Whether the queue `sourceARN` may use this queue as its dead-letter queue.
    public func allows(sourceARN: String) -> Bool {
        switch permission {
        case .allowAll: true
        case .denyAll: false
        case .byQueue: sourceQueueARNs.contains(sourceARN)
        }
    }

    /// Whether both policies allow the same queues.
    func isEquivalent(to other: RedriveAllowPolicy) -> Bool {
        permission == other.permission && Set(sourceQueueARNs) == Set(other.sourceQueueARNs)
    }

    private static func refused(_ text: String, _ reason: String) -> BrokerError {
        .invalidValue(
            text, parameter: "RedriveAllowPolicy",
            reason: "Amazon SQS can't create the redrive allow policy" + reason)
    }
}
