import Bytes

/// What an endpoint may be, by protocol.
extension Broker {
    /// Refuses an endpoint that its protocol or the topic does not allow.
    ///
    /// - Returns: Whether the endpoint belongs to the caller, as far as it belongs to anybody.
    func checkEndpoint(
        _ endpoint: String, _ protocolKind: SubscriptionProtocol, of topic: Topic,
        from caller: Caller
    ) throws(BrokerError) -> Bool {
        let owner: AccountID?
        switch protocolKind {
        case .sqs: owner = try queueOwner(endpoint, of: topic)
        case .http, .https:
            guard endpoint.hasPrefix("\(protocolKind.name)://") else {
                throw Self.refused("Endpoint must match the specified protocol")
            }
            guard Self.isURL(endpoint) else { throw Self.refused("Endpoint") }
            owner = nil
        case .email, .emailJSON:
            guard Self.isMailAddress(endpoint) else { throw Self.refused("Email address") }
            owner = nil
        case .sms:
            guard PhoneNumber.isValid(endpoint) else {
                throw BrokerError(.invalidParameter, "Invalid SMS endpoint: \(endpoint)")
            }
            owner = nil
        case .lambda:
            guard let account = Self.owner(ofARN: endpoint, service: "lambda", kind: "function:")
            else { throw Self.refused("Lambda endpoint ARN") }
            owner = account
        case .firehose:
            guard
                let account = Self.owner(
                    ofARN: endpoint, service: "firehose", kind: "deliverystream/")
            else { throw Self.refused("Firehose endpoint ARN") }
            owner = account
        case .application:
            guard let device = device(of: endpoint) else {
                throw Self.refused(
                    "Endpoint Reason: Endpoint does not exist for endpoint \(endpoint)")
            }
            owner = device.platform.identity.account
        }
        if topic.settings.isFIFO, protocolKind != .sqs {
            throw Self.refused("Invalid parameter: Endpoint Reason: Please use FIFO SQS queue")
        }
        return owner == nil || owner == caller.account
    }

    private func queueOwner(_ endpoint: String, of topic: Topic) throws(BrokerError) -> AccountID {
        guard let queue = QueueIdentity(arn: endpoint) else {
            throw Self.refused("SQS endpoint ARN")
        }
        guard topic.settings.isFIFO || !queue.name.hasSuffix(QueueName.suffixOfFIFO) else {
            // AWS says it twice.
            throw Self.refused(
                "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to "
                    + "standard SNS topics")
        }
        return queue.account
    }

    /// The device that an ARN names.
    func device(of arn: String) -> PlatformEndpoint? {
        guard let last = arn.split(separator: "/").last, let id = MessageID(uuid: last),
            let device = topics.device(id), device.arn == arn
        else { return nil }
        return device
    }

    private static func refused(_ text: String) -> BrokerError {
        BrokerError(.invalidParameter, "Invalid parameter: \(text)")
    }

    /// The account of `arn:aws:<service>:<region>:<account>:<kind>…`; nil for anything else.
    private static func owner(ofARN arn: String, service: String, kind: String) -> AccountID? {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == service,
            !parts[3].isEmpty, parts[5].hasPrefix(kind), parts[5].utf8.count > kind.utf8.count
        else { return nil }
        return String(parts[4]).withByteView { AccountID($0) }
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

/// Phone numbers as SNS takes them.
enum PhoneNumber {
    /// Whether a text is a number in the E.164 format, the plus being optional.
    static func isValid(_ text: String) -> Bool {
        let digits = text.hasPrefix("+") ? text.dropFirst() : text[...]
        return (2...15).contains(digits.utf8.count) && digits.first != "0"
            && digits.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }
}
