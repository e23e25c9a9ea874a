/// What something that requests change may be, and from when until when it may be that.
struct History<Value> {
    private struct Entry {
        var value: Value
        var from: UInt64
        var until: UInt64
    }

    private var entries: [Entry]
    /// Whether a change was begun of which nobody knows whether it happened.
    private(set) var isChanging = false

    init(_ value: Value) { entries = [Entry(value: value, from: 0, until: .max)] }

    /// What it is once the change under way has happened.
    var latest: Value { entries[entries.count - 1].value }

    /// A change to `value` begins; what was there before may stay.
    mutating func mayBecome(_ value: Value, at now: UInt64) {
        // A request that is repeated changes nothing more.
        if isChanging { return }
        isChanging = true
        entries.append(Entry(value: value, from: now, until: .max))
    }

    /// The change has happened.
    mutating func became(at now: UInt64) {
        guard isChanging else { return }
        isChanging = false
        for index in entries.indices.dropLast() {
            entries[index].until = min(entries[index].until, now)
        }
    }

    /// The change was refused.
    mutating func didNotBecome() {
        guard isChanging else { return }
        isChanging = false
        entries.removeLast()
    }

    /// What it may have been at any time from `start` to `end`.
    func possible(from start: UInt64, through end: UInt64) -> [Value] {
        entries.filter { $0.from <= end && $0.until >= start }.map(\.value)
    }
}
