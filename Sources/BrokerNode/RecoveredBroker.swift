import BrokerCore
import BrokerJournal
import Bytes

/// A broker that takes in its journal: the newest snapshot first, then every later record.
final class RecoveredBroker {
    private var broker: Broker?

    init(_ settings: ShardSettings) {
        broker = Broker(
            configuration: settings.broker, entropy: Entropy(seed: settings.entropySeed))
    }

    /// Opens `journal` and takes in what it holds.
    func recover(from journal: Journal) throws(JournalError) {
        try journal.open(
            load: { type, payload in try broker?.load(type: type, payload: payload) },
            loaded: { if broker?.isFounded == true { try broker?.finishLoading() } },
            replay: { type, payload, position in
                try broker?.apply(type: type, payload: payload, at: position)
            })
        try journal.checkSegments { broker?.liveByteCount(inSegment: $0) ?? 0 }
    }

    /// The recovered broker; can be asked for once.
    func takeBroker() -> Broker {
        guard let taken = broker.take() else {
            preconditionFailure("a recovered broker is taken once")
        }
        return taken
    }
}
