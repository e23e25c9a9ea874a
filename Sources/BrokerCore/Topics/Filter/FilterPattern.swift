/// One thing that a value may be, compiled; of fixed size and without references, so that evaluating
/// many policies walks flat arrays.
struct FilterPattern {
    enum Kind: UInt8 {
        /// A string equal to `operand`.
        case text
        /// A number equal to `low`.
        case number
        /// A number, beyond those that are compared as numbers, written as `operand`.
        case digits
        case `true`, `false`, null
        /// A number from `low` to `high`, both included.
        case range
        /// A string that begins with `operand`.
        case prefix
        /// A string that ends with `operand`.
        case suffix
        /// A string equal to `operand`, which is in lower case, but for its case.
        case ignoringCase
        /// A string in which the literals `operand` stand in order; see `WildcardLiteral`.
        case wildcard
        /// A string that is an address of the block at `high` and `low`, the upper and lower half
        /// of its first address, of which `operand.count` bits are fixed.
        case addressIPv4, addressIPv6
        /// Anything present and not empty.
        case exists
        /// Nothing.
        case absent
        /// Any value that none of the exceptions `operand` matches.
        case anythingBut
    }

    /// A run of the policy's bytes, literals or exceptions.
    struct Operand {
        var first: UInt32 = 0
        var count: UInt32 = 0

        var range: Range<Int> { Int(first)..<Int(first) + Int(count) }

        init() {}

        init(_ range: Range<Int>) {
            first = UInt32(range.lowerBound)
            count = UInt32(range.count)
        }
    }

    let kind: Kind
    var operand = Operand()
    var low: Int64 = 0
    var high: Int64 = 0

    /// Whether it stands for one value, so that it can be looked up.
    var isExact: Bool {
        switch kind {
        case .text, .number, .true, .false, .null: true
        default: false
        }
    }
}

/// A stretch of a wildcard pattern between two wildcards.
struct WildcardLiteral {
    /// Its bytes.
    let text: FilterPattern.Operand
    /// Where its failure table begins: for each length of a matched front, the longest shorter front
    /// that is also its end. What makes the search linear in the value's length.
    let failures: Int
}

/// A part of a key, between dots; where keys share their beginning, they share its parts.
struct FilterStep {
    /// The name.
    let name: FilterPattern.Operand
    /// What the values of the key that ends here may be; any one of these.
    var patterns = FilterPattern.Operand()
    /// Whether a key ends here.
    var isLeaf = false
    /// The parts that follow, all of which have to match.
    var children = FilterPattern.Operand()
    /// Whether all keys from here on may be absent.
    var mayBeAbsent = true
}
