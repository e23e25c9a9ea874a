import Bytes

/// Some of the subscriptions of a topic.
struct SubscriptionRange {
    /// Those from this number on …
    var first: UInt32 = 0
    /// … up to this one …
    var last: UInt32 = .max
    /// … and at most so many that want the message.
    var limit = Int.max

    /// Whether it begins with the first subscription.
    var isFirst: Bool { first == 0 }
}

/// The subscriptions of one topic by their filter policies: which of them want a message.
///
/// A policy that has to find one of a few exact values under some key is entered under each of these
/// values, so that only policies are evaluated of which the message holds such a value. The other
/// policies are evaluated for every message, and subscriptions without a policy are not looked at.
final class SubscriptionFilters {
    /// A subscription with a policy.
    private struct Entry {
        var subscription: UInt32
        /// Nil while the entry is free.
        var policy: FilterPolicy?
        /// Its places in the lists.
        var postings: [UInt32]
        /// The search that has last come upon it; what is found twice is evaluated once.
        var lastSearch: UInt64
    }

    private var entries: [Entry] = []
    private var freeEntries: [UInt32] = []
    private var numbers: [UInt32: UInt32] = [:]
    private var unfiltered = SortedNumbers()
    private var index = FilterIndex()
    private var searches: UInt64 = 0
    /// The filtered subscriptions that a search has found; kept for its memory.
    private var found: [UInt32] = []

    init() {}

    /// How many subscriptions there are.
    var count: Int { unfiltered.count + numbers.count }

    /// Enters a subscription, or gives it another policy; without one it wants every message.
    func insert(_ subscription: UInt32, _ policy: FilterPolicy?) {
        remove(subscription)
        guard let policy, !policy.matchesEverything else {
            unfiltered.insert(subscription)
            return
        }
        let number = freeEntries.popLast() ?? UInt32(entries.count)
        let entry = Entry(
            subscription: subscription, policy: policy,
            postings: index.insert(number, policy), lastSearch: 0)
        if number == entries.count {
            entries.append(entry)
        } else {
            entries[Int(number)] = entry
        }
        numbers[subscription] = number
    }

    /// Forgets a subscription; one that is not there stays away.
    func remove(_ subscription: UInt32) {
        guard let number = numbers.removeValue(forKey: subscription) else {
            unfiltered.remove(subscription)
            return
        }
        let entry = entries[Int(number)]
        if let policy = entry.policy { index.remove(entry.postings, of: policy) }
        entries[Int(number)].policy = nil
        entries[Int(number)].postings = []
        freeEntries.append(number)
    }

    /// Appends the subscriptions of `range` that want the message, in ascending order.
    ///
    /// - Returns: The last one up to which was decided; nil when there are no more.
    @discardableResult
    func matching(
        _ facts: inout MessageFacts, among range: SubscriptionRange = SubscriptionRange(),
        into matches: inout [UInt32]
    ) -> UInt32? {
        found.removeAll(keepingCapacity: true)
        if !numbers.isEmpty { search(&facts) }
        let isWhole = unfiltered.merge(
            found, from: range.first, limit: range.limit, into: &matches)
        guard let last = matches.last, last >= range.last else {
            return isWhole ? nil : matches.last
        }
        matches.removeLast(matches.count - matches.firstIndex(above: range.last))
        return nil
    }

    /// How many subscriptions, of all, did not want the message that was searched for last.
    var refusedCount: Int { numbers.count - found.count }

    private func search(_ facts: inout MessageFacts) {
        searches += 1
        index.prepare(&facts)
        index.forEachList(facts) { list in
            var posting = index.first(of: list)
            while let place = posting {
                evaluate(Int(index.entry(at: place)), &facts)
                posting = index.next(after: place)
            }
        }
        found.sort()
    }

    private func evaluate(_ number: Int, _ facts: inout MessageFacts) {
        guard entries[number].lastSearch != searches else { return }
        entries[number].lastSearch = searches
        guard let policy = entries[number].policy else {
            preconditionFailure("a list has entries that are in use")
        }
        if policy.matches(&facts) { found.append(entries[number].subscription) }
    }
}
