import Bytes

/// What an endpoint may be, by protocol.
extension Broker {
    /// Refuses an endpoint that its protocol or the topic does not allow.
    func checkEndpoint(
        _ endpoint: String, _ protocolKind: SubscriptionProtocol, of topic: Topic
    ) throws(BrokerError) {
        guard endpoint.utf8.count <= TopicLimits.endpointBytes else {
            throw .invalidParameter("Endpoint")
        }
        switch protocolKind {
        case .sqs: try Self.checkQueue(endpoint, of: topic)
        case .http, .https:
            guard endpoint.hasPrefix("\(protocolKind.name)://") else {
                throw .invalidParameter("Endpoint must match the specified protocol")
            }
            guard Self.isURL(endpoint) else { throw .invalidParameter("Endpoint") }
        case .email, .emailJSON:
            guard Self.isMailAddress(endpoint) else { throw .invalidParameter("Email address") }
        case .sms:
            guard PhoneNumber.isValidEndpoint(endpoint) else {
                throw BrokerError(.invalidParameter, "Invalid SMS endpoint: \(endpoint)")
            }
        case .lambda:
            guard Self.isARN(endpoint, service: "lambda", kind: "function:") else {
                throw .invalidParameter("Lambda endpoint ARN")
            }
        case .firehose:
            guard Self.isARN(endpoint, service: "firehose", kind: "deliverystream/") else {
                throw .invalidParameter("Firehose endpoint ARN")
            }
        case .application:
            guard device(of: endpoint) != nil else {
                throw .invalidParameter(
                    "Endpoint Reason: Endpoint does not exist for endpoint \(endpoint)")
            }
        }
        if topic.settings.isFIFO, protocolKind != .sqs {
            throw .invalidParameter(
                "Invalid parameter: Endpoint Reason: Please use FIFO SQS queue")
        }
    }

    private static func checkQueue(_ endpoint: String, of topic: Topic) throws(BrokerError) {
        guard let queue = QueueIdentity(arn: endpoint) else {
            throw .invalidParameter("SQS endpoint ARN")
        }
        guard topic.settings.isFIFO || !queue.name.hasSuffix(QueueName.suffixOfFIFO) else {
            // AWS says it twice.
            throw .invalidParameter(
                "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to "
                    + "standard SNS topics")
        }
    }

    /// The device that an ARN names.
    func device(of arn: String) -> PlatformEndpoint? {
        guard let last = arn.split(separator: "/").last, let id = MessageID(uuid: last),
            let device = topics.device(id), device.arn == arn
        else { return nil }
        return device
    }

    /// Whether a text is `arn:aws:<service>:<region>:<account>:<kind>…`, in printable ASCII without
    /// spaces: its region stands in a header of what is delivered.
    private static func isARN(_ arn: String, service: String, kind: String) -> Bool {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        return parts.count == 6 && parts[0] == "arn" && parts[1].hasPrefix("aws")
            && parts[2] == service && !parts[3].isEmpty
            && AccessPolicy.isAccount(String(parts[4]))
            && parts[5].hasPrefix(kind) && parts[5].utf8.count > kind.utf8.count
            && arn.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// Whether a text is a URL with a host, in printable ASCII without spaces.
    private static func isURL(_ text: String) -> Bool {
        guard let colon = text.firstIndex(of: ":"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return false }
        let rest = text[colon...].dropFirst(3)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        return !host.isEmpty && !host.hasPrefix(":")
    }

    private static func isMailAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty
            && text.utf8.count <= 320 && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }
}

extension Subscription {
    /// The endpoint as it is shown: without the password of a URL.
    var shownEndpoint: String {
        guard [.http, .https].contains(protocolKind), let scheme = endpoint.firstIndex(of: "/")
        else { return endpoint }
        let rest = endpoint[scheme...].dropFirst(2)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let at = authority.lastIndex(of: "@"),
            let colon = authority[..<at].firstIndex(of: ":")
        else { return endpoint }
        return endpoint[...colon] + "****" + endpoint[at...]
    }
}

/// Phone numbers as SNS takes them.
enum PhoneNumber {
    /// Whether a text is a number in the E.164 format, the plus being optional.
    static func isValid(_ text: String) -> Bool {
        let digits = text.hasPrefix("+") ? text.dropFirst() : text[...]
        return (2...15).contains(digits.utf8.count) && digits.first != "0"
            && digits.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }

    /// Whether a phone can be subscribed under this number: its digits may be grouped by single
    /// hyphens, periods and slashes.
    static func isValidEndpoint(_ text: String) -> Bool {
        text.split(omittingEmptySubsequences: false, whereSeparator: isSeparator)
            .allSatisfy { !$0.isEmpty } && isValid(withoutSeparators(text))
    }

    /// A number without what groups its digits.
    static func withoutSeparators(_ text: String) -> String { text.filter { !isSeparator($0) } }

    private static func isSeparator(_ character: Character) -> Bool {
        character == "-" || character == "." || character == "/"
    }
}
