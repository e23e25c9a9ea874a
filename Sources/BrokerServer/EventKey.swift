import BrokerNode

/// What an event of the poller is about.
enum EventKey: Equatable {
    case connection(ConnectionToken)
    case listener(Int)
    /// Another thread has posted something.
    case wake
    /// SIGTERM or SIGINT.
    case termination

    /// Tokens of connections begin with their loop's number, which is never this one.
    private static let own: UInt64 = 0xFF << 56
    private static let firstListener: UInt64 = 16

    /// The key as the poller keeps it.
    var bits: UInt64 {
        switch self {
        case .connection(let token): token.bits
        case .wake: EventKey.own
        case .termination: EventKey.own | 1
        case .listener(let index): EventKey.own | EventKey.firstListener + UInt64(index)
        }
    }

    /// What `bits` stand for.
    init(bits: UInt64) {
        guard bits & EventKey.own == EventKey.own else {
            self = .connection(ConnectionToken(bits: bits))
            return
        }
        switch bits & ~EventKey.own {
        case 0: self = .wake
        case 1: self = .termination
        case let number: self = .listener(Int(number - EventKey.firstListener))
        }
    }
}
