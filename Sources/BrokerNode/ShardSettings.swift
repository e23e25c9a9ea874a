import BrokerCore
import BrokerJournal
import BrokerProtocol

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

    /// Where deliveries go for which a local server stands in.
    public var endpoints = DeliveryEndpoints()
    /// What the URLs in notifications begin with, without a slash at the end.
    public var linkBase = "http://localhost:4566"

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
