import Bytes

/// Where the policies of a topic stand: in lists, one for each key and value that some policy needs,
/// and one for the policies that need none.
struct FilterIndex {
    /// A place in a list: of one entry, between two others.
    private struct Posting {
        var entry: UInt32
        var list: UInt32
        var previous: UInt32
        var next: UInt32
    }

    private struct List {
        var first = FilterIndex.none
        var last = FilterIndex.none
        var count = 0
        var hash = Hash128(first: 0, second: 0)
        /// The number of the key in bodies by which the list is found, if it is.
        var key: UInt32?
    }

    private static let none = UInt32.max
    /// The list of the policies that cannot be looked up.
    private static let general: UInt32 = 0

    private var postings: [Posting] = []
    private var freePostings: [UInt32] = []
    private var lists: [List] = [List()]
    private var freeLists: [UInt32] = []
    /// From the hash of a key and a value to its list. Made when it is first needed: most topics
    /// have no filters.
    private var listsByHash: HashIndex?
    private var keys = FilterKeys()
    /// How many policies look at attributes and at the body.
    private var attributePolicies = 0
    private var bodyPolicies = 0

    // MARK: Changes

    /// Enters a policy and returns its places.
    mutating func insert(_ entry: UInt32, _ policy: FilterPolicy) -> [UInt32] {
        count(policy, 1)
        guard let lookup = shortest(policy) else { return [append(entry, to: Self.general)] }
        var places: [UInt32] = []
        for hash in FilterHash.hashes(of: lookup, in: policy) {
            places.append(append(entry, to: list(for: hash, lookup, of: policy)))
        }
        return places
    }

    /// Takes a policy out that stands at `places`.
    mutating func remove(_ places: [UInt32], of policy: FilterPolicy) {
        count(policy, -1)
        for place in places { unlink(place) }
    }

    private mutating func count(_ policy: FilterPolicy, _ change: Int) {
        switch policy.scope {
        case .messageAttributes: attributePolicies += change
        case .messageBody: bodyPolicies += change
        }
    }

    /// The key whose values lead to the fewest policies already; nil when none can be looked up.
    private func shortest(_ policy: FilterPolicy) -> FilterLookup? {
        var best: FilterLookup?
        var least = Int.max
        for lookup in policy.tables.lookups {
            var length = 0
            for hash in FilterHash.hashes(of: lookup, in: policy) {
                if let list = listsByHash?[hash] { length += lists[Int(list)].count }
            }
            if length < least { (best, least) = (lookup, length) }
        }
        return best
    }

    private mutating func list(
        for hash: Hash128, _ lookup: FilterLookup, of policy: FilterPolicy
    ) -> UInt32 {
        let index = listsByHash ?? HashIndex()
        listsByHash = index
        if let list = index[hash] { return list }
        let number = freeLists.popLast() ?? UInt32(lists.count)
        if number == lists.count { lists.append(List()) }
        var list = List(hash: hash)
        if policy.scope == .messageBody { list.key = keys.hold(FilterKey(lookup, of: policy)) }
        lists[Int(number)] = list
        index.insert(hash, number)
        return number
    }

    private mutating func append(_ entry: UInt32, to list: UInt32) -> UInt32 {
        let last = lists[Int(list)].last
        let posting = Posting(entry: entry, list: list, previous: last, next: Self.none)
        let place = freePostings.popLast() ?? UInt32(postings.count)
        if place == postings.count {
            postings.append(posting)
        } else {
            postings[Int(place)] = posting
        }
        if last == Self.none {
            lists[Int(list)].first = place
        } else {
            postings[Int(last)].next = place
        }
        lists[Int(list)].last = place
        lists[Int(list)].count += 1
        return place
    }

    private mutating func unlink(_ place: UInt32) {
        let posting = postings[Int(place)]
        let list = Int(posting.list)
        if posting.previous == Self.none {
            lists[list].first = posting.next
        } else {
            postings[Int(posting.previous)].next = posting.next
        }
        if posting.next == Self.none {
            lists[list].last = posting.previous
        } else {
            postings[Int(posting.next)].previous = posting.previous
        }
        freePostings.append(place)
        lists[list].count -= 1
        if lists[list].count == 0, posting.list != Self.general {
            listsByHash?.remove(lists[list].hash)
            if let key = lists[list].key { keys.release(key) }
            freeLists.append(posting.list)
        }
    }

    // MARK: Searches

    /// Prepares of a message what its policies look at.
    func prepare(_ facts: inout MessageFacts) {
        if attributePolicies > 0 { facts.prepareAttributes() }
        if bodyPolicies > 0 { facts.prepareBody() }
    }

    /// Calls `body` with each list whose policies may want the message; a list can come twice.
    func forEachList(_ facts: MessageFacts, _ body: (UInt32) -> Void) {
        body(Self.general)
        guard let listsByHash, listsByHash.count > 0 else { return }
        if attributePolicies > 0 {
            let attributes = facts.attributes
            for entry in attributes.entries where !entry.values.isEmpty {
                let key = FilterHash(attribute: entry.name)
                for index in entry.values {
                    if let list = listsByHash[key.adding(attributes.values[index])] { body(list) }
                }
            }
        }
        if bodyPolicies > 0, !facts.tape.nodes.isEmpty {
            keys.forEachValue(facts.tape) { hash in
                if let list = listsByHash[hash] { body(list) }
            }
        }
    }

    /// The first place of a list.
    func first(of list: UInt32) -> UInt32? {
        let place = lists[Int(list)].first
        return place == Self.none ? nil : place
    }

    /// The place behind another in its list.
    func next(after place: UInt32) -> UInt32? {
        let next = postings[Int(place)].next
        return next == Self.none ? nil : next
    }

    /// The entry that stands at a place.
    func entry(at place: UInt32) -> UInt32 { postings[Int(place)].entry }
}
