import BrokerNode

/// What an event of the poller is about.
enum EventKey: Equatable {
    case connection(ConnectionToken)
    case listener(Int)
    /// Another thread has posted something.
    case wake
    /// SIGTERM or SIGINT.
    case termination
    /// A connection to somebody else, or a command that runs.
    case courier(CourierKey)

    /// Tokens of connections begin with their loop's number, which is never one of these two.
    private static let own: UInt64 = 0xFF << CourierKey.bitCount
    private static let courierSpace: UInt64 = 0xFE << CourierKey.bitCount
    private static let firstListener: UInt64 = 16

    /// The key as the poller keeps it.
    var bits: UInt64 {
        switch self {
        case .connection(let token): token.bits
        case .wake: EventKey.own
        case .termination: EventKey.own | 1
        case .courier(let key): EventKey.courierSpace | key.bits
        case .listener(let index): EventKey.own | EventKey.firstListener + UInt64(index)
        }
    }

    /// What `bits` stand for.
    init(bits: UInt64) {
        switch bits & EventKey.own {
        case EventKey.own: self = EventKey.ownKey(bits & ~EventKey.own)
        case EventKey.courierSpace: self = .courier(CourierKey(bits: bits & ~EventKey.own))
        default: self = .connection(ConnectionToken(bits: bits))
        }
    }

    private static func ownKey(_ number: UInt64) -> EventKey {
        switch number {
        case 0: .wake
        case 1: .termination
        default: .listener(Int(number - EventKey.firstListener))
        }
    }
}
