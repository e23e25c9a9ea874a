import BrokerCore
import BrokerJournal
import Bytes

/// The journal as the actions of SNS write to it: it remembers where published messages stand, so
/// that they can be signed before anybody receives them.
final class PublishTap: RecordSink {
    private let journal: Journal
    private var published: [(position: JournalPosition, length: Int)] = []

    init(_ journal: Journal) { self.journal = journal }

    func append(type: UInt8, head: ByteView, body: ByteView) -> JournalPosition {
        let position = journal.append(type: type, head: head, body: body)
        if type == RecordType.notificationPublished.rawValue {
            published.append((position, head.count + body.count))
        }
        return position
    }

    /// The payloads published since the last call, as far as they are in memory.
    func takePublished(_ body: (ByteView) -> Void) {
        guard !published.isEmpty else { return }
        for (position, length) in published {
            guard let payload = journal.payload(at: position, count: length) else { continue }
            body(payload)
        }
        published.removeAll(keepingCapacity: true)
    }
}
