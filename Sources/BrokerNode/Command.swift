import BrokerProtocol
import Bytes

/// Names one connection of the node for as long as it lives.
///
/// The generation tells it from those that had the same slot before, so that what comes late for a
/// closed connection finds nobody. Also the token under which the broker parks a receive: a
/// connection waits for one receive at most.
public struct ConnectionToken: Hashable, Sendable {
    /// loop (8 bits) · slot (24 bits) · generation (32 bits)
    public let bits: UInt64

    /// The token with these bits.
    public init(bits: UInt64) { self.bits = bits }

    /// The connection in `slot` of `loop`, the `generation`th there.
    public init(loop: Int, slot: Int, generation: UInt32) {
        precondition(loop >= 0 && loop < 1 << 8 && slot >= 0 && slot < 1 << 24, "fits the fields")
        bits = UInt64(loop) << 56 | UInt64(slot) << 32 | UInt64(generation)
    }

    /// The loop that owns the connection.
    public var loop: Int { Int(bits >> 56) }
    /// The place of the connection in its loop's table.
    public var slot: Int { Int(bits >> 32 & 0xFF_FFFF) }
    /// How many connections had the slot before.
    public var generation: UInt32 { UInt32(truncatingIfNeeded: bits) }
}

/// One request on its way to the shard.
public struct Command: Sendable {
    /// What the shard has to do for it.
    public enum Ask: Sendable {
        /// Have the broker perform it.
        case perform(DecodedAction)
        /// Answer what needs no broker; it takes its turn behind the requests before it.
        case answer(DirectAnswer, ResponseForm)
        /// Answer bytes that are no request.
        case refuse(HTTPRefusal)
        /// Report how the node is.
        case reportHealth(ResponseForm)
        /// Report what was counted.
        case reportMetrics(ResponseForm)
        /// Delete everything.
        case reset(ResponseForm)
        /// Forget the receive that waits for this connection, whose client is gone.
        case cancel
    }

    /// Whom to answer.
    public var connection: ConnectionToken
    /// What to do.
    public var ask: Ask
}
