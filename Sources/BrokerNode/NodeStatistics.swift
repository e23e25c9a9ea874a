import BrokerCore
import Bytes

/// What a shard has done since it started.
public struct NodeStatistics: Sendable {
    /// When the shard started.
    public var startedAt = Moment(
        instant: Instant(milliseconds: 0), timestamp: Timestamp(milliseconds: 0))
    /// Turns of the shard.
    public var ticks: UInt64 = 0
    /// Requests answered or parked.
    public var requests: UInt64 = 0
    /// Requests answered with an error.
    public var refusedRequests: UInt64 = 0
    /// How long the turns of the shard's loop took.
    public internal(set) var turns = TurnTimes()
}
