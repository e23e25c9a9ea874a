/// What a policy is compiled to: flat tables that refer to each other by numbers.
struct FilterTables {
    /// The texts of all operands and names.
    var bytes: [UInt8] = []
    var patterns: [FilterPattern] = []
    /// What `anythingBut` patterns except.
    var exceptions: [FilterPattern] = []
    var literals: [WildcardLiteral] = []
    var failures: [UInt32] = []
    var steps: [FilterStep] = []
    /// The parts that the keys of each alternative begin with. A message that satisfies all keys of
    /// one alternative matches. There is one for each way through the policy's `$or`s.
    var alternatives: [FilterPattern.Operand] = []
    /// Required keys whose values can be looked up, by which a subscription can be found.
    var lookups: [FilterLookup] = []

    /// Appends a text and returns where it stands.
    mutating func store(_ text: some Collection<UInt8>) -> FilterPattern.Operand {
        let first = bytes.count
        bytes += text
        return FilterPattern.Operand(first..<bytes.count)
    }
}

/// A key that each matching message has, with one of a few values.
struct FilterLookup {
    /// The parts of the key.
    let path: [FilterPattern.Operand]
    /// The values.
    let patterns: FilterPattern.Operand
}
