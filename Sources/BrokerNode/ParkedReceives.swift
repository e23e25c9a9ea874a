import BrokerProtocol
import Bytes

/// How to answer the receives that wait in the broker.
///
/// - Invariant: A connection's place has a form in `pages`; one in `free` has none.
struct ParkedReceives {
    private static let placesPerPage = 256

    private let places = HashIndex()
    /// Forms by place, in pages so that nothing is moved when there are more.
    private var pages: [[ResponseForm?]] = []
    private var free: [UInt32] = []

    /// How many wait.
    var count: Int { places.count }

    /// Notes how to answer the receive of `connection`.
    mutating func insert(_ form: ResponseForm, for connection: ConnectionToken) {
        let key = Self.key(connection)
        precondition(places[key] == nil, "a connection waits for one receive at most")
        if free.isEmpty { addPage() }
        let place = free.removeLast()
        pages[Int(place) / Self.placesPerPage][Int(place) % Self.placesPerPage] = form
        places.insert(key, place)
    }

    /// Forgets the receive of `connection`; nil when none waits.
    mutating func remove(_ connection: ConnectionToken) -> ResponseForm? {
        guard let place = places.remove(Self.key(connection)) else { return nil }
        free.append(place)
        return exchange(
            &pages[Int(place) / Self.placesPerPage][Int(place) % Self.placesPerPage], with: nil)
    }

    private mutating func addPage() {
        let first = pages.count * Self.placesPerPage
        pages.append(Array(repeating: nil, count: Self.placesPerPage))
        free += (first..<first + Self.placesPerPage).reversed().map { UInt32($0) }
    }

    private static func key(_ connection: ConnectionToken) -> Hash128 {
        Hash128(first: connection.bits, second: 0)
    }
}
