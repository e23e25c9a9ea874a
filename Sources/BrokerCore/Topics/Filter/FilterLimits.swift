/// The bounds of filter policies (protocol-docs/filter-policies.md tells where they come from).
enum FilterLimits {
    /// The text of a policy, in bytes.
    static let policyBytes = 262_144
    /// Keys at the top of a policy.
    static let keys = 5
    /// The product of the lengths of all arrays, each times the depth of its key.
    static let combinations = 150
    /// What all wildcard patterns of a policy may cost together: one for a pattern with one
    /// wildcard, three for each wildcard of the others.
    static let wildcardPoints = 100
    /// How deep a policy may nest. A key this deep has too many combinations, so nothing is lost;
    /// it bounds the stack that the parser and the compiler use.
    static let depth = 200
    /// The numbers that a numeric match may name, in either direction.
    static let largestNumber: Int64 = 5_000_000_000
}
