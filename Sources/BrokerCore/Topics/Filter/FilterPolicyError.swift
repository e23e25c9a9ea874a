/// Why a text is no filter policy.
public struct FilterPolicyError: Error, Equatable, Sendable {
    /// The kinds of refusal, as SNS tells them apart.
    public enum Code: Equatable, Sendable {
        /// `InvalidParameter`.
        case invalidParameter
        /// `FilterPolicyLimitExceeded`.
        case filterPolicyLimitExceeded
    }

    /// The kind of refusal.
    public var code: Code

    /// What stands after "FilterPolicy: " in AWS's text.
    public var message: String

    /// A refusal for the reason `message`.
    public init(_ message: String, code: Code = .invalidParameter) {
        self.code = code
        self.message = message
    }
}

extension FilterPolicyError {
    /// The policy would take too long to evaluate.
    static let tooComplex = FilterPolicyError("Filter policy is too complex")
}
