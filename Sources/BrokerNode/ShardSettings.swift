import BrokerCore
import BrokerJournal

/// What a shard is told when it starts.
public struct ShardSettings: Sendable {
    /// The broker's rules.
    public var broker = BrokerConfiguration()
    /// Where the broker's randomness starts: unpredictable in a running node.
    public var entropySeed: (UInt64, UInt64, UInt64) = (0, 0, 0)
    /// Where the request identifiers start.
    public var requestIDSeed: UInt64 = 0
    /// How many loops send commands.
    public var loopCount = 1

    /// The defaults.
    public init() {}
}

/// What a shard keeps.
public struct Inventory: Sendable {
    /// Queues that exist.
    public var queues: Int
    /// Messages that are queued.
    public var messages: Int
}
