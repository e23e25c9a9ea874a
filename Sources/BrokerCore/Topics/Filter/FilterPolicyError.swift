/// Why a text is no filter policy.
public struct FilterPolicyError: Error, Equatable, Sendable {
    /// What stands after "FilterPolicy: " in AWS's text.
    public var message: String

    /// A refusal for the reason `message`.
    public init(_ message: String) { self.message = message }
}

extension FilterPolicyError {
    /// The policy would take too long to evaluate.
    static let tooComplex = FilterPolicyError("Filter policy is too complex")
}
