import BrokerNode

/// What has become of parcels and was not yet taken.
final class CourierResults {
    private var entries: [(number: UInt64, result: ParcelResult, elapsed: UInt64)] = []

    var isEmpty: Bool { entries.isEmpty }

    func append(_ number: UInt64, _ result: ParcelResult, elapsed: UInt64) {
        entries.append((number, result, elapsed))
    }

    /// Hands out everything; what is added meanwhile is for the next call.
    func takeAll(_ body: (_ number: UInt64, _ result: ParcelResult, _ elapsed: UInt64) -> Void) {
        var taken: [(number: UInt64, result: ParcelResult, elapsed: UInt64)] = []
        swap(&taken, &entries)
        for (number, result, elapsed) in taken { body(number, result, elapsed) }
    }
}
