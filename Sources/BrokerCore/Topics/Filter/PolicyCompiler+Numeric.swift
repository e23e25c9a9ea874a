/// The numeric operator: `["=", n]`, `["<", n]`, or a range like `[">", n, "<=", m]`.
extension PolicyCompiler {
    func numeric(_ value: PolicyNode) throws(FilterPolicyError) -> FilterPattern {
        guard case .array(let terms) = value.content else {
            throw source.fault("Value of numeric must be an array.", at: value.seenAt)
        }
        let list = Terms(terms: terms, end: value.end)
        guard let comparison = list[0]?.string else {
            throw source.fault(
                "Invalid member in numeric match: \(list.text(0))", at: list.place(0))
        }
        switch comparison {
        case "=", "<", "<=":
            let bound = try bound(list, 1, of: comparison == "=" ? "equals" : comparison)
            guard list[2] == nil else {
                throw source.fault("Too many elements in numeric expression", at: list.place(2))
            }
            let limit = try comparable(bound, list)
            switch comparison {
            case "=": return FilterPattern(kind: .range, low: limit, high: limit)
            case "<": return FilterPattern(kind: .range, low: .min, high: limit - 1)
            default: return FilterPattern(kind: .range, low: .min, high: limit)
            }
        case ">", ">=":
            let bottom = try bound(list, 1, of: comparison)
            guard list[2] != nil else {
                let limit = try comparable(bottom, list)
                return FilterPattern(
                    kind: .range, low: comparison == ">" ? limit + 1 : limit, high: .max)
            }
            return try range(list, bottom, isOpen: comparison == ">")
        default:
            throw source.fault(
                "Unrecognized numeric range operator: \(comparison)", at: list.place(1))
        }
    }

    /// The rest of a range, from its second comparison on.
    private func range(
        _ list: Terms, _ bottom: String, isOpen: Bool
    ) throws(FilterPolicyError) -> FilterPattern {
        guard let comparison = list[2]?.string else {
            throw source.fault("Bad value in numeric range: \(list.text(2))", at: list.place(2))
        }
        guard comparison == "<" || comparison == "<=" else {
            throw source.fault(
                "Bad numeric range operator: \(comparison)", at: list[2]?.end ?? list.end)
        }
        let top = try bound(list, 3, of: comparison)
        guard list[4] == nil else {
            throw source.fault(
                "Too many terms in numeric range expression", at: list.place(4))
        }
        let low = try comparable(bottom, list)
        let high = try comparable(top, list)
        guard low < high else {
            throw source.fault("Bottom must be less than top", at: list.end)
        }
        return FilterPattern(
            kind: .range, low: isOpen ? low + 1 : low, high: comparison == "<" ? high - 1 : high)
    }

    private func bound(
        _ list: Terms, _ index: Int, of comparison: String
    ) throws(FilterPolicyError) -> String {
        guard let text = list[index]?.number else {
            throw source.fault("Value of \(comparison) must be numeric", at: list.place(index))
        }
        return text
    }

    private func comparable(_ text: String, _ list: Terms) throws(FilterPolicyError) -> Int64 {
        guard let value = comparable(text) else {
            throw source.fault("Value must be between -5.0E9 and 5.0E9, inclusive", at: list.end)
        }
        return value
    }

    /// The array, behind whose last element AWS's compiler meets its bracket.
    private struct Terms {
        let terms: [PolicyNode]
        let end: Int

        subscript(index: Int) -> PolicyNode? { index < terms.count ? terms[index] : nil }

        func text(_ index: Int) -> String { self[index]?.tokenText ?? "]" }

        func place(_ index: Int) -> Int { self[index]?.seenAt ?? end }
    }
}
