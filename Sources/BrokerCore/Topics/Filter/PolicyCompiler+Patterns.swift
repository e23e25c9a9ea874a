/// What may stand in the array of a key: values, and objects with one operator.
extension PolicyCompiler {
    /// Names that a choice between objects must not use as keys.
    static let operators: Set<String> = [
        "anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix",
        "wildcard",
    ]

    mutating func pattern(_ node: PolicyNode) throws(FilterPolicyError) -> FilterPattern {
        switch node.content {
        case .string(let text): FilterPattern(kind: .text, operand: tables.store(text.utf8))
        case .number(let text): number(text)
        case .bool(let value): FilterPattern(kind: value ? .true : .false)
        case .null: FilterPattern(kind: .null)
        case .object(let members): try expression(members, node)
        case .array:
            throw source.fault(
                "Match value must be String, number, true, false, or null", at: node.seenAt)
        }
    }

    /// A number is compared as one where numbers are exact, and by its digits elsewhere.
    private mutating func number(_ text: String) -> FilterPattern {
        if let value = comparable(text) {
            return FilterPattern(kind: .number, low: value, high: value)
        }
        return FilterPattern(kind: .digits, operand: tables.store(text.utf8))
    }

    /// The value of a number's text; nil when it is too large.
    func comparable(_ text: String) -> Int64? {
        let bound = FilterLimits.largestNumber * FilterNumber.one
        guard let value = text.withByteView({ FilterNumber.billionths($0) }), value >= -bound,
            value <= bound
        else { return nil }
        return value
    }

    private mutating func expression(
        _ members: [PolicyNode.Member], _ node: PolicyNode
    ) throws(FilterPolicyError) -> FilterPattern {
        guard let member = members.first else {
            throw source.fault("Match expression name not found", at: node.end)
        }
        let value = member.value
        let pattern: FilterPattern
        switch member.name {
        case "prefix", "suffix", "equals-ignore-case", "wildcard":
            pattern = try textual(member.name, value)
        case "numeric": pattern = try numeric(value)
        case "exists": pattern = try existence(value)
        case "cidr": pattern = try addresses(value)
        case "anything-but": pattern = try anythingBut(value)
        default:
            throw source.fault("Unrecognized match type \(member.name)", at: value.seenAt)
        }
        try checkAlone(members)
        return pattern
    }

    private func checkAlone(_ members: [PolicyNode.Member]) throws(FilterPolicyError) {
        guard members.count == 1 else {
            throw source.fault(
                "Only one key allowed in match expression", at: members[1].value.seenAt)
        }
    }

    private mutating func textual(
        _ name: String, _ value: PolicyNode
    ) throws(FilterPolicyError) -> FilterPattern {
        guard let text = value.string else {
            throw source.fault("\(name) match pattern must be a string", at: value.seenAt)
        }
        switch name {
        case "prefix": return FilterPattern(kind: .prefix, operand: tables.store(text.utf8))
        case "suffix": return FilterPattern(kind: .suffix, operand: tables.store(text.utf8))
        case "wildcard": return try wildcard(text, at: value.end)
        default:
            return FilterPattern(kind: .ignoringCase, operand: tables.store(text.lowercased().utf8))
        }
    }

    private func existence(_ value: PolicyNode) throws(FilterPolicyError) -> FilterPattern {
        guard case .bool(let isPresent) = value.content else {
            throw source.fault(
                "exists match pattern must be either true or false.", at: value.seenAt)
        }
        return FilterPattern(kind: isPresent ? .exists : .absent)
    }

    private func addresses(_ value: PolicyNode) throws(FilterPolicyError) -> FilterPattern {
        guard let text = value.string else {
            // AWS says "prefix" here.
            throw source.fault("prefix match pattern must be a string", at: value.seenAt)
        }
        do {
            return try AddressBlock(text).pattern
        } catch {
            throw source.fault(error.message, at: value.end)
        }
    }

    private mutating func anythingBut(
        _ value: PolicyNode
    ) throws(FilterPolicyError) -> FilterPattern {
        switch value.content {
        case .string(let text):
            return excluding([FilterPattern(kind: .text, operand: tables.store(text.utf8))])
        case .number(let text): return excluding([number(text)])
        case .array(let elements): return try anythingBut(elements, end: value.end)
        case .object(let members): return try anythingBut(members, end: value.end)
        case .null, .bool:
            throw source.fault(
                "Value of anything-but must be an array or single string/number value.",
                at: value.seenAt)
        }
    }

    private mutating func anythingBut(
        _ elements: [PolicyNode], end: Int
    ) throws(FilterPolicyError) -> FilterPattern {
        var exceptions: [FilterPattern] = []
        for element in elements {
            guard element.string != nil || element.number != nil else {
                throw source.fault(
                    "Inside anything but list, start|null|boolean is not supported.",
                    at: element.seenAt)
            }
            exceptions.append(try pattern(element))
        }
        let strings = exceptions.count { $0.kind == .text }
        guard !exceptions.isEmpty, strings == 0 || strings == exceptions.count else {
            throw source.fault(
                "Inside anything but list, either all values are number or string, mixed type is "
                    + "not supported", at: end)
        }
        return excluding(exceptions)
    }

    private mutating func anythingBut(
        _ members: [PolicyNode.Member], end: Int
    ) throws(FilterPolicyError) -> FilterPattern {
        guard let member = members.first else {
            throw source.fault("Anything-But expression name not found", at: end)
        }
        let value = member.value
        guard ["prefix", "suffix", "equals-ignore-case", "wildcard"].contains(member.name) else {
            throw source.fault(
                "Unsupported anything-but pattern: \(member.name)", at: value.seenAt)
        }
        var operands = [value]
        if case .array(let elements) = value.content, !elements.isEmpty { operands = elements }
        var exceptions: [FilterPattern] = []
        for operand in operands {
            exceptions.append(try textual(member.name, operand))
            guard operand.string != "" || member.name == "equals-ignore-case" else {
                throw source.fault("Null prefix/suffix not allowed", at: operand.end)
            }
        }
        try checkAlone(members)
        return excluding(exceptions)
    }

    private mutating func excluding(_ exceptions: [FilterPattern]) -> FilterPattern {
        let first = tables.exceptions.count
        tables.exceptions += exceptions
        return FilterPattern(
            kind: .anythingBut, operand: FilterPattern.Operand(first..<tables.exceptions.count))
    }
}
