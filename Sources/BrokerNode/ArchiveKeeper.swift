import BrokerCore
import Bytes

/// Has the archive forget what its topics no longer keep: at the start, every hour, and when an
/// archive policy has changed.
struct ArchiveKeeper {
    private static let interval: UInt64 = 3_600_000

    private var dueAt: UInt64 = 0
    /// The end of the change of a policy, which has to be durable before messages are forgotten.
    private var change: JournalPosition?
    private var hasArchives = false

    /// An archive policy was changed by records before `position`.
    mutating func policyChanged(before position: JournalPosition) { change = position }

    /// When there is something to do although nothing happens, in milliseconds; nil when never.
    var nextDeadline: UInt64? { hasArchives ? dueAt : nil }

    /// Does what is due.
    mutating func step(
        _ broker: borrowing Broker, _ archive: any Archive, durable: JournalPosition,
        at now: Moment
    ) {
        if let change, change <= durable {
            dueAt = 0
            self.change = nil
        }
        guard now.instant.milliseconds >= dueAt else { return }
        dueAt = now.instant.milliseconds + ArchiveKeeper.interval
        let terms = broker.archivePeriods.map { topic in
            let period = UInt64(topic.days) * 86_400_000
            let now = now.timestamp.milliseconds
            return ArchiveTerm(
                topicARN: topic.topicARN,
                notBefore: Timestamp(milliseconds: now - min(now, period)))
        }
        hasArchives = !terms.isEmpty
        archive.keep(terms)
    }
}
