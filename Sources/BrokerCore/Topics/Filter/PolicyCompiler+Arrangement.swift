/// From the tree of a policy's leaves to its alternatives and their steps.
extension PolicyCompiler {
    /// Writes the alternatives of `tree`, which has no more combinations than is allowed.
    mutating func arrange(_ tree: Tree) {
        var alternatives: [[Int]] = [[]]
        expand(tree, &alternatives)
        for alternative in alternatives {
            tables.alternatives.append(steps(of: alternative, depth: 0))
        }
        setLookups(alternatives)
    }

    /// Continues each alternative with the leaves of `tree`. A key that is there already gets the
    /// later patterns, as in AWS's compiler.
    private func expand(_ tree: Tree, _ alternatives: inout [[Int]]) {
        switch tree {
        case .leaf(let leaf):
            for index in alternatives.indices {
                alternatives[index].removeAll { leaves[$0].path == leaves[leaf].path }
                alternatives[index].append(leaf)
            }
        case .all(let parts):
            for part in parts { expand(part, &alternatives) }
        case .any(let parts):
            let before = alternatives
            alternatives = []
            for part in parts {
                var branch = before
                expand(part, &branch)
                alternatives += branch
            }
        }
    }

    /// Writes the steps at `depth` of leaves that agree in all parts before it.
    private mutating func steps(of members: [Int], depth: Int) -> FilterPattern.Operand {
        var names: [[UInt8]] = []
        for leaf in members where !names.contains(leaves[leaf].path[depth]) {
            names.append(leaves[leaf].path[depth])
        }
        let first = tables.steps.count
        for name in names { tables.steps.append(FilterStep(name: tables.store(name))) }
        for (index, name) in names.enumerated() {
            let following = members.filter { leaves[$0].path[depth] == name }
            var step = tables.steps[first + index]
            if let leaf = following.first(where: { leaves[$0].path.count == depth + 1 }) {
                let patterns = leaves[leaf].patterns
                step.isLeaf = true
                step.patterns = FilterPattern.Operand(patterns)
                step.mayBeAbsent = tables.patterns[patterns].contains { $0.kind == .absent }
            }
            let longer = following.filter { leaves[$0].path.count > depth + 1 }
            if !longer.isEmpty {
                step.children = steps(of: longer, depth: depth + 1)
                let children = tables.steps[step.children.range]
                step.mayBeAbsent = step.mayBeAbsent && children.allSatisfy(\.mayBeAbsent)
            }
            tables.steps[first + index] = step
        }
        return FilterPattern.Operand(first..<first + names.count)
    }

    private mutating func setLookups(_ alternatives: [[Int]]) {
        guard let first = alternatives.first else { return }
        for leaf in first where alternatives.allSatisfy({ $0.contains(leaf) }) {
            let patterns = leaves[leaf].patterns
            guard tables.patterns[patterns].allSatisfy(\.isExact) else { continue }
            tables.lookups.append(
                FilterLookup(
                    path: leaves[leaf].path.map { tables.store($0) },
                    patterns: FilterPattern.Operand(patterns)))
        }
    }
}
