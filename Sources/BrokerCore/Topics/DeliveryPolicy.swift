import Bytes

/// How deliveries to an HTTP or HTTPS endpoint are retried and throttled, as it was set on a topic
/// or subscription.
public struct DeliveryPolicy: Sendable, Equatable {
    /// The attribute's value as it was set.
    public let text: String
    /// Nil where the policy does not say.
    let retry: RetryRules?
    /// Nil where the policy does not say.
    let maxReceivesPerSecond: Int?
    /// The Content-Type of notifications; nil where the policy does not say.
    let contentType: String?
    /// Whether the policies of subscriptions have no effect; of topics only.
    let disablesSubscriptionOverrides: Bool

    /// The DeliveryPolicy of a topic.
    init(ofTopic text: String) throws(AttributeFault) {
        let document = try Self.document(text)
        guard let http = document["http"], case .object = http else {
            throw AttributeFault("DeliveryPolicy: http must be an object")
        }
        try self.init(
            text, of: http, prefix: "http.",
            retry: "defaultHealthyRetryPolicy", throttle: "defaultThrottlePolicy",
            request: "defaultRequestPolicy")
    }

    /// The DeliveryPolicy of a subscription.
    init(ofSubscription text: String) throws(AttributeFault) {
        try self.init(
            text, of: try Self.document(text), prefix: "",
            retry: "healthyRetryPolicy", throttle: "throttlePolicy", request: "requestPolicy")
    }

    private init(
        _ text: String, of object: JSONValue, prefix: String, retry: String, throttle: String,
        request: String
    ) throws(AttributeFault) {
        self.text = text
        self.retry = try Self.part(retry, of: object, prefix).map {
            (part) throws(AttributeFault) in try RetryRules(part, path: prefix + retry)
        }
        maxReceivesPerSecond = try Self.part(throttle, of: object, prefix).flatMap {
            (part) throws(AttributeFault) in
            try Self.integer(
                "maxReceivesPerSecond", of: part, path: prefix + throttle, in: 1...Int.max)
        }
        contentType = try Self.part(request, of: object, prefix).flatMap {
            (part) throws(AttributeFault) in try Self.contentType(part, path: prefix + request)
        }
        switch object["disableSubscriptionOverrides"] {
        case .none, .null: disablesSubscriptionOverrides = false
        case .bool(let isDisabled): disablesSubscriptionOverrides = isDisabled
        default:
            throw AttributeFault(
                "DeliveryPolicy: \(prefix)disableSubscriptionOverrides must be true or false")
        }
    }

    private static func document(_ text: String) throws(AttributeFault) -> JSONValue {
        guard let document = JSONValue(parsing: text), case .object = document else {
            throw AttributeFault("DeliveryPolicy: failed to parse JSON.")
        }
        return document
    }

    /// An object within the policy; nil when it is absent.
    private static func part(
        _ name: String, of object: JSONValue, _ prefix: String
    ) throws(AttributeFault) -> JSONValue? {
        switch object[name] {
        case .none, .null: return nil
        case .object(let members): return .object(members)
        default: throw AttributeFault("DeliveryPolicy: \(prefix)\(name) must be an object")
        }
    }

    /// A number within a part; nil when it is absent.
    static func integer(
        _ name: String, of part: JSONValue, path: String, in range: ClosedRange<Int>
    ) throws(AttributeFault) -> Int? {
        guard let value = part[name], value != .null else { return nil }
        guard case .number(let digits) = value, let number = Int(digits) else {
            throw AttributeFault("DeliveryPolicy: \(path).\(name) must be an integer")
        }
        guard number >= range.lowerBound else {
            throw AttributeFault(
                "DeliveryPolicy: \(path).\(name) must be greater than or equal to "
                    + "\(range.lowerBound)")
        }
        guard number <= range.upperBound else {
            throw AttributeFault(
                "DeliveryPolicy: \(path).\(name) must be less than or equal to "
                    + "\(range.upperBound)")
        }
        return number
    }
}

/// The Content-Type of notifications.
extension DeliveryPolicy {
    /// What AWS sends where nothing else was asked for.
    static let defaultContentType = "text/plain; charset=UTF-8"

    /// The types that AWS accepts.
    private static let contentTypes: Set<String> = [
        "application/atom+xml", "application/json", "application/octet-stream",
        "application/soap+xml", "application/x-www-form-urlencoded", "application/xhtml+xml",
        "application/xml", "text/css", "text/csv", "text/html", "text/plain", "text/xml",
    ]

    private static func contentType(
        _ part: JSONValue, path: String
    ) throws(AttributeFault) -> String? {
        guard let value = part["headerContentType"], value != .null else { return nil }
        guard let text = value.text, contentTypes.contains(mediaType(of: text)),
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
        else {
            throw AttributeFault(
                "DeliveryPolicy: \(path).headerContentType is not a supported content type")
        }
        return text
    }

    /// Whether a type is allowed for messages in an envelope; others are for raw ones only.
    static func isOfEnvelopes(_ contentType: String) -> Bool {
        ["application/json", "text/plain"].contains(mediaType(of: contentType))
    }

    private static func mediaType(of text: String) -> String {
        let type = text.prefix { $0 != ";" }.lowercased()
        return String(type.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

/// What GetTopicAttributes and GetSubscriptionAttributes show as EffectiveDeliveryPolicy.
extension DeliveryPolicy {
    /// The policy in force for the endpoints of a topic.
    static func effectiveText(ofTopic policy: DeliveryPolicy?) -> String {
        var members = [
            JSONValue.Member(
                "defaultHealthyRetryPolicy", (policy?.retry ?? RetryRules()).document),
            JSONValue.Member(
                "disableSubscriptionOverrides",
                .bool(policy?.disablesSubscriptionOverrides ?? false)),
        ]
        if let rate = policy?.maxReceivesPerSecond {
            members.append(
                JSONValue.Member(
                    "defaultThrottlePolicy",
                    .object([JSONValue.Member("maxReceivesPerSecond", .number(String(rate)))])))
        }
        members.append(
            JSONValue.Member(
                "defaultRequestPolicy",
                .object([
                    JSONValue.Member(
                        "headerContentType", .string(policy?.contentType ?? defaultContentType))
                ])))
        return JSONValue.object([JSONValue.Member("http", .object(members))]).description
    }

    /// The policy in force for one endpoint.
    static func effectiveText(
        ofSubscription policy: DeliveryPolicy?, topic: DeliveryPolicy?
    ) -> String {
        let own = topic?.disablesSubscriptionOverrides == true ? nil : policy
        let rate = own?.maxReceivesPerSecond ?? topic?.maxReceivesPerSecond
        let type = own?.contentType ?? topic?.contentType ?? defaultContentType
        return JSONValue.object([
            JSONValue.Member(
                "healthyRetryPolicy", (own?.retry ?? topic?.retry ?? RetryRules()).document),
            JSONValue.Member("sicklyRetryPolicy", .null),
            JSONValue.Member(
                "throttlePolicy",
                rate.map {
                    .object([JSONValue.Member("maxReceivesPerSecond", .number(String($0)))])
                } ?? .null),
            JSONValue.Member(
                "requestPolicy",
                .object([JSONValue.Member("headerContentType", .string(type))])),
            JSONValue.Member("guaranteed", .bool(false)),
        ]).description
    }
}
