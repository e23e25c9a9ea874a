import Bytes

/// A key of bodies by which policies are found.
struct FilterKey {
    let path: [[UInt8]]
    let hash: FilterHash
    /// How many lists are found by it.
    fileprivate(set) var references = 0

    init(_ lookup: FilterLookup, of policy: FilterPolicy) {
        path = policy.tables.bytes.withByteView { bytes in
            lookup.path.map { bytes[$0.range].array }
        }
        hash = FilterHash(path: path)
    }

    /// Calls `body` with each value under this key, of which `depth` parts have led to `place`.
    fileprivate func visit(
        _ tape: BodyTape, _ place: Int, depth: Int, _ body: (FilterValue) -> Void
    ) {
        let node = tape.nodes[place]
        switch node.kind {
        case .scalar:
            if depth == path.count { body(node.value) }
        case .array:
            var element = place + 1
            while element < node.end {
                visit(tape, element, depth: depth, body)
                element = tape.nodes[element].end
            }
        case .object where depth < path.count:
            path[depth].withByteView { name in
                var member = tape.find(name, in: place)
                while let found = member {
                    visit(tape, found, depth: depth + 1, body)
                    member = tape.find(name, in: place, after: found)
                }
            }
        case .object: break
        }
    }
}

/// The keys of bodies by which policies are found, one of each path.
struct FilterKeys {
    /// Those without references are free.
    private var keys: [FilterKey] = []
    private var freeKeys: [UInt32] = []
    private var numbers: HashIndex?

    /// The number of a key, which stays until it is released as often as it was held.
    mutating func hold(_ key: FilterKey) -> UInt32 {
        let numbers = numbers ?? HashIndex()
        self.numbers = numbers
        if let number = numbers[key.hash.whole] {
            keys[Int(number)].references += 1
            return number
        }
        let number = freeKeys.popLast() ?? UInt32(keys.count)
        if number == keys.count { keys.append(key) }
        keys[Int(number)] = key
        keys[Int(number)].references = 1
        numbers.insert(key.hash.whole, number)
        return number
    }

    /// Gives up one reference to a key.
    mutating func release(_ number: UInt32) {
        keys[Int(number)].references -= 1
        guard keys[Int(number)].references == 0 else { return }
        numbers?.remove(keys[Int(number)].hash.whole)
        freeKeys.append(number)
    }

    /// Calls `body` with the hash of each key with each of its values in a body; if there are more
    /// keys than values, with that of everything in the body.
    func forEachValue(_ tape: BodyTape, _ body: (Hash128) -> Void) {
        guard keys.count <= tape.nodes.count else {
            tape.forEachValue(0, FilterHash(path: []), depth: 0, body)
            return
        }
        for key in keys where key.references > 0 {
            key.visit(tape, 0, depth: 0) { value in body(key.hash.adding(value)) }
        }
    }
}

extension BodyTape {
    /// Calls `body` with the hash of each value and its key at `place`, to which the key `key` has
    /// led.
    fileprivate func forEachValue(
        _ place: Int, _ key: FilterHash, depth: Int, _ body: (Hash128) -> Void
    ) {
        let node = nodes[place]
        // No policy has a longer key, and a name can have very many dots.
        if node.kind == .scalar || depth == FilterLimits.depth {
            if node.kind == .scalar { body(key.adding(node.value)) }
            return
        }
        var inner = place + 1
        while inner < node.end {
            if node.kind == .object {
                forEachValue(inner, key.adding(part: nodes[inner].name), depth: depth + 1, body)
            } else {
                forEachValue(inner, key, depth: depth, body)
            }
            inner = nodes[inner].end
        }
    }
}
