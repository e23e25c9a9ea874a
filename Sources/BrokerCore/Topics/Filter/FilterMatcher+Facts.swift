import Bytes

/// Attributes: each step is a whole key.
extension FilterMatcher {
    /// Whether the attributes satisfy all steps.
    func matches(_ steps: FilterPattern.Operand, _ attributes: AttributeTable) -> Bool {
        for index in steps.range {
            let step = tables.steps[index]
            guard let entry = attributes.find(text(step.name)) else {
                if step.mayBeAbsent { continue }
                return false
            }
            guard matches(step, entry, attributes) else { return false }
        }
        return true
    }

    private func matches(
        _ step: FilterStep, _ entry: AttributeTable.Entry, _ attributes: AttributeTable
    ) -> Bool {
        if entry.isUnreadable { return false }
        if entry.values.isEmpty { return step.mayBeAbsent }
        for index in entry.values
        where matches(anyOf: step.patterns, attributes.values[index]) { return true }
        return false
    }
}

/// Bodies: steps lead into objects. An array stands for any one of its elements, the same one for all
/// steps that lead through it.
extension FilterMatcher {
    /// Whether the object satisfies all steps.
    func matches(_ steps: FilterPattern.Operand, _ tape: BodyTape, object: Int) -> Bool {
        for index in steps.range
        where !satisfies(tables.steps[index], tape, object: object) { return false }
        return true
    }

    private func satisfies(_ step: FilterStep, _ tape: BodyTape, object: Int) -> Bool {
        let name = text(step.name)
        guard let first = tape.find(name, in: object) else { return step.mayBeAbsent }
        guard tape.find(name, in: object, after: first) == nil else {
            return isSatisfiedTogether(step, tape, object: object, from: first)
        }
        var isAbsent = true
        if step.isLeaf, !isMatched(step.patterns, tape, first, &isAbsent) {
            guard isAbsent, mayBeAbsent(step.patterns) else { return false }
        }
        return step.children.count == 0 || continues(step.children, tape, from: first)
    }

    /// Whether values of the same name satisfy a step together: a name can stand twice in an object,
    /// because it does or because names with dots begin with it.
    private func isSatisfiedTogether(
        _ step: FilterStep, _ tape: BodyTape, object: Int, from first: Int
    ) -> Bool {
        let name = text(step.name)
        if step.isLeaf {
            var isAbsent = true
            var isFound = false
            var place: Int? = first
            while !isFound, let namesake = place {
                isFound = isMatched(step.patterns, tape, namesake, &isAbsent)
                place = tape.find(name, in: object, after: namesake)
            }
            guard isFound || (isAbsent && mayBeAbsent(step.patterns)) else { return false }
        }
        for index in step.children.range {
            let child = FilterPattern.Operand(index..<index + 1)
            var holdsSomewhere = false
            var failsSomewhere = false
            var place: Int? = first
            while let namesake = place {
                let holds = continues(child, tape, from: namesake)
                holdsSomewhere = holdsSomewhere || holds
                failsSomewhere = failsSomewhere || !holds
                place = tape.find(name, in: object, after: namesake)
            }
            // What may be absent must be refused by none of them.
            guard tables.steps[index].mayBeAbsent ? !failsSomewhere : holdsSomewhere else {
                return false
            }
        }
        return true
    }

    private func mayBeAbsent(_ patterns: FilterPattern.Operand) -> Bool {
        for index in patterns.range where tables.patterns[index].kind == .absent { return true }
        return false
    }

    /// Whether one of the patterns matches the value or an element of it; notes whether there was
    /// a value at all. Objects are none.
    private func isMatched(
        _ patterns: FilterPattern.Operand, _ tape: BodyTape, _ place: Int, _ isAbsent: inout Bool
    ) -> Bool {
        let node = tape.nodes[place]
        switch node.kind {
        case .object: return false
        case .scalar:
            isAbsent = false
            return matches(anyOf: patterns, node.value)
        case .array:
            var element = place + 1
            while element < node.end {
                if isMatched(patterns, tape, element, &isAbsent) { return true }
                element = tape.nodes[element].end
            }
            return false
        }
    }

    /// Whether an object satisfies the steps, which lead on from its name.
    private func continues(
        _ steps: FilterPattern.Operand, _ tape: BodyTape, from place: Int
    ) -> Bool {
        let node = tape.nodes[place]
        switch node.kind {
        case .object: return matches(steps, tape, object: place)
        case .array where place + 1 < node.end:
            var element = place + 1
            while element < node.end {
                if continues(steps, tape, from: element) { return true }
                element = tape.nodes[element].end
            }
            return false
        case .array, .scalar:
            for index in steps.range where !tables.steps[index].mayBeAbsent { return false }
            return true
        }
    }
}
