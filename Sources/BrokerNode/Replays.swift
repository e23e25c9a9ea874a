import BrokerCore
import BrokerJournal
import Bytes

/// The subscriptions that get a topic's archive again: what the broker asks for is read from the
/// archive and goes back to it.
struct Replays {
    /// How long an archive that could not be read is left alone.
    private static let pauseMilliseconds: UInt64 = 5_000

    private var reads: [UInt64: UInt32] = [:]
    private var lastTicket: UInt64 = 0
    /// The subscriptions whose read failed, and when it is tried again.
    private var failed: [(subscription: UInt32, retriedAt: UInt64)] = []

    init() {}

    /// When there is something to do although nothing happens, in milliseconds; nil when never.
    var nextDeadline: UInt64? { failed.first?.retriedAt }

    /// Passes on what the broker asks for.
    mutating func take(from broker: inout Broker, _ archive: any Archive, isStopping: Bool) {
        // Without room there would be nothing but reading it again and again.
        guard !isStopping, broker.acceptsMessages else { return }
        broker.takeReplayRequests { request in
            // A read that is under way was asked for by a policy that no longer holds.
            let old = reads.filter { $0.value == request.subscription }
            for ticket in old.keys { reads[ticket] = nil }
            failed.removeAll { $0.subscription == request.subscription }
            lastTicket += 1
            reads[lastTicket] = request.subscription
            archive.read(
                ArchiveQuery(
                    topicARN: request.topicARN, afterSequence: request.afterSequence,
                    from: request.from, until: request.until, limit: request.limit),
                ticket: lastTicket)
        }
    }

    /// Takes what was read and has it published again.
    mutating func read(
        _ answer: ArchiveAnswer, ticket: UInt64, _ broker: inout Broker, at now: Moment,
        into journal: Journal
    ) {
        guard let subscription = reads.removeValue(forKey: ticket) else { return }
        switch answer {
        case .stored: break
        case .messages(let payloads, let isEnd):
            var joined = ByteWriter(capacity: payloads.reduce(0) { $0 + $1.count })
            for payload in payloads { joined.append(payload) }
            let all = joined.view
            var views: [ByteView] = []
            var start = 0
            for payload in payloads {
                views.append(all[start..<start + payload.count])
                start += payload.count
            }
            broker.replayed(subscription, views, isEnd: isEnd, at: now, into: journal)
        case .failed:
            let instant = now.instant.milliseconds + Replays.pauseMilliseconds
            failed.append((subscription, instant))
        }
    }

    /// Lets the broker ask again for what could not be read.
    mutating func retry(_ broker: inout Broker, at now: Moment, into journal: Journal) {
        while let first = failed.first, first.retriedAt <= now.instant.milliseconds {
            failed.removeFirst()
            broker.replayed(first.subscription, [], isEnd: false, at: now, into: journal)
        }
    }

    /// Forgets everything: nobody asks any more.
    mutating func removeAll() {
        reads = [:]
        failed = []
    }
}
