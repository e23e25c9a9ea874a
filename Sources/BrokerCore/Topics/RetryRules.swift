/// How a delivery is retried: the healthyRetryPolicy of a delivery policy, whose defaults are AWS's.
///
///     | immediate  | pre-backoff | backoff              | post-backoff |
///     | no delay   | minimum     | minimum … maximum    | maximum      |
struct RetryRules: Sendable, Equatable {
    /// How the delay grows in the backoff phase.
    enum BackoffFunction: String, Sendable {
        case linear
        case arithmetic
        case geometric
        case exponential
    }

    /// In seconds, as is the maximum.
    var minimumDelay = 20
    var maximumDelay = 20
    /// Retries of all phases together; the backoff phase has what the others leave.
    var retries = 3
    var immediateRetries = 0
    var preBackoffRetries = 0
    var postBackoffRetries = 0
    var backoff = BackoffFunction.linear

    /// AWS's defaults.
    init() {}

    init(
        minimumDelay: Int, maximumDelay: Int, immediateRetries: Int, preBackoffRetries: Int,
        backoffRetries: Int, postBackoffRetries: Int, backoff: BackoffFunction
    ) {
        self.minimumDelay = minimumDelay
        self.maximumDelay = maximumDelay
        self.immediateRetries = immediateRetries
        self.preBackoffRetries = preBackoffRetries
        self.postBackoffRetries = postBackoffRetries
        retries = immediateRetries + preBackoffRetries + backoffRetries + postBackoffRetries
        self.backoff = backoff
    }

    /// The rules of SQS, Lambda and Firehose endpoints: 100,015 attempts over 23 days.
    static let managedByAWS = RetryRules(
        minimumDelay: 1, maximumDelay: 20, immediateRetries: 3, preBackoffRetries: 2,
        backoffRetries: 10, postBackoffRetries: 100_000, backoff: .exponential)

    /// The rules of mail, SMS and mobile push: 50 attempts over six hours.
    static let managedByCustomer = RetryRules(
        minimumDelay: 10, maximumDelay: 600, immediateRetries: 0, preBackoffRetries: 2,
        backoffRetries: 10, postBackoffRetries: 38, backoff: .exponential)

    /// Reads the part of a delivery policy that stands at `path`.
    init(_ part: JSONValue, path: String) throws(AttributeFault) {
        let read = { (name: String, range: ClosedRange<Int>) throws(AttributeFault) -> Int? in
            try DeliveryPolicy.integer(name, of: part, path: path, in: range)
        }
        let seconds = TopicLimits.retryDelaySeconds
        minimumDelay = try read("minDelayTarget", seconds) ?? minimumDelay
        maximumDelay = try read("maxDelayTarget", seconds) ?? maximumDelay
        retries = try read("numRetries", TopicLimits.retries) ?? retries
        immediateRetries = try read("numNoDelayRetries", 0...Int.max) ?? 0
        preBackoffRetries = try read("numMinDelayRetries", 0...Int.max) ?? 0
        postBackoffRetries = try read("numMaxDelayRetries", 0...Int.max) ?? 0
        if let value = part["backoffFunction"], value != .null {
            guard let function = value.text.flatMap(BackoffFunction.init(rawValue:)) else {
                throw AttributeFault(
                    "DeliveryPolicy: \(path).backoffFunction must be one of linear, arithmetic, "
                        + "geometric, exponential")
            }
            backoff = function
        }
        guard maximumDelay >= minimumDelay else {
            throw AttributeFault(
                "DeliveryPolicy: \(path).maxDelayTarget must be greater than or equal to "
                    + "minDelayTarget")
        }
        let isWithin = [immediateRetries, preBackoffRetries, postBackoffRetries]
            .allSatisfy { $0 <= retries }
        guard isWithin, immediateRetries + preBackoffRetries + postBackoffRetries <= retries else {
            throw AttributeFault(
                "DeliveryPolicy: \(path).numRetries must be greater than or equal to the sum of "
                    + "numNoDelayRetries, numMinDelayRetries and numMaxDelayRetries")
        }
        guard totalMilliseconds <= UInt64(TopicLimits.retryTotalSeconds) * 1000 else {
            throw AttributeFault(
                "DeliveryPolicy: \(path) must not take more than "
                    + "\(TopicLimits.retryTotalSeconds) seconds in total")
        }
    }

    /// Retries of the backoff phase.
    var backoffRetries: Int {
        retries - immediateRetries - preBackoffRetries - postBackoffRetries
    }

    private var totalMilliseconds: UInt64 {
        guard retries > 0 else { return 0 }
        return (1...retries).reduce(0) { $0 + (delay(ofRetry: $1) ?? 0) }
    }

    /// The rules as EffectiveDeliveryPolicy shows them.
    var document: JSONValue {
        .object([
            JSONValue.Member("minDelayTarget", .number(String(minimumDelay))),
            JSONValue.Member("maxDelayTarget", .number(String(maximumDelay))),
            JSONValue.Member("numRetries", .number(String(retries))),
            JSONValue.Member("numMaxDelayRetries", .number(String(postBackoffRetries))),
            JSONValue.Member("numNoDelayRetries", .number(String(immediateRetries))),
            JSONValue.Member("numMinDelayRetries", .number(String(preBackoffRetries))),
            JSONValue.Member("backoffFunction", .string(backoff.rawValue)),
        ])
    }
}

/// The delays.
extension RetryRules {
    /// Milliseconds before the retry `number`, counted from 1; nil when there are not so many.
    func delay(ofRetry number: Int) -> UInt64? {
        precondition(number >= 1, "retries are counted from one")
        guard number <= retries else { return nil }
        let inPreBackoff = number - immediateRetries
        if inPreBackoff <= 0 { return 0 }
        let inBackoff = inPreBackoff - preBackoffRetries
        if inBackoff <= 0 { return UInt64(minimumDelay) * 1000 }
        if inBackoff > backoffRetries { return UInt64(maximumDelay) * 1000 }
        return backoffDelay(inBackoff)
    }

    /// The delay of a retry of the backoff phase: the first has the minimum, the last the maximum.
    private func backoffDelay(_ number: Int) -> UInt64 {
        let least = Double(minimumDelay) * 1000
        let most = Double(maximumDelay) * 1000
        let steps = backoffRetries - 1
        let step = number - 1
        guard steps > 0, most > least else { return UInt64(least) }
        if step == steps { return UInt64(most) }
        let part: Double
        switch backoff {
        case .linear:
            part = Double(step) / Double(steps)
        case .arithmetic:
            part = Double(step * (step + 1)) / Double(steps * (steps + 1))
        case .geometric:
            let ratio = Self.root(steps, of: most / least)
            return UInt64(least * Self.power(ratio, step))
        case .exponential:
            part = (Self.power(2, step) - 1) / (Self.power(2, steps) - 1)
        }
        return UInt64(least + (most - least) * part)
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { product, _ in product * base }
    }

    /// The root of a number above one, by halving.
    private static func root(_ degree: Int, of value: Double) -> Double {
        var low = 1.0
        var high = value
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if power(middle, degree) < value { low = middle } else { high = middle }
        }
        return low
    }
}
