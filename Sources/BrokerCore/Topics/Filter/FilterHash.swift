import Bytes

/// The hash of a key, to which a value is added.
struct FilterHash {
    // Whoever could choose values that collide would only slow down their own messages.
    private static let secret = SipKey(k0: 0x6170_7573_2D66_696C, k1: 0x7465_7273_2D6B_6579)

    private var hasher = SipHasher(key: secret)

    /// The hash of an attribute's name.
    init(attribute name: ByteView) { add(name) }

    /// The hash of a path in a body.
    init(path: [[UInt8]]) {
        // Attributes and bodies share one table.
        hasher.update(1)
        for part in path { part.withByteView { add($0) } }
    }

    /// The hash of a path that is longer by one part.
    func adding(part: ByteView) -> FilterHash {
        var hash = self
        hash.add(part)
        return hash
    }

    /// The hash of the key with a value; equal for values that one exact pattern matches.
    func adding(_ value: FilterValue) -> Hash128 {
        var hasher = hasher
        hasher.update(value.kind.rawValue)
        switch value.kind {
        case .string: hasher.update(value.text)
        case .number: hasher.update(littleEndian: UInt64(bitPattern: value.number))
        case .true, .false, .null: break
        }
        return hasher.finish()
    }

    /// The hash of the key alone.
    var whole: Hash128 { hasher.finish() }

    private mutating func add(_ text: ByteView) {
        hasher.update(littleEndian: UInt32(text.count))
        hasher.update(text)
    }

    /// The hashes of a key with each of its values.
    static func hashes(of lookup: FilterLookup, in policy: FilterPolicy) -> [Hash128] {
        let tables = policy.tables
        return tables.bytes.withByteView { bytes in
            let key =
                policy.scope == .messageBody
                ? FilterHash(path: lookup.path.map { bytes[$0.range].array })
                : FilterHash(attribute: bytes[lookup.path[0].range])
            return lookup.patterns.range.map { index in
                let pattern = tables.patterns[index]
                return key.adding(FilterValue(of: pattern, bytes[pattern.operand.range]))
            }
        }
    }
}

extension FilterValue {
    /// The value that an exact pattern matches.
    fileprivate init(of pattern: FilterPattern, _ operand: ByteView) {
        switch pattern.kind {
        case .text: self.init(.string, text: operand)
        case .number: self.init(number: pattern.low)
        case .true: self.init(.true)
        case .false: self.init(.false)
        case .null: self.init(.null)
        default: preconditionFailure("only exact patterns are looked up")
        }
    }
}
