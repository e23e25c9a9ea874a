import BrokerCore
import BrokerJournal
import BrokerProtocol
import Bytes

/// Receives that were performed and whose bodies have left memory: they wait while the disk reads.
struct ColdReplies {
    /// A receive with the payloads that have come so far.
    final class Waiting {
        let connection: ConnectionToken
        let form: ResponseForm
        let messages: [ReceivedMessage]
        fileprivate var payloads: [[UInt8]?]
        fileprivate var missing = 0

        fileprivate init(
            connection: ConnectionToken, form: ResponseForm, messages: [ReceivedMessage]
        ) {
            self.connection = connection
            self.form = form
            self.messages = messages
            payloads = Array(repeating: nil, count: messages.count)
        }

        /// Calls `body` with the messages whose payloads were found and a way to each payload.
        ///
        /// A payload is empty when its segment was given up before it could be read: the message
        /// was deleted, or was moved to a newer segment, and then it comes again when its
        /// visibility ends.
        func withPayloads(_ body: ([ReceivedMessage], (Int) -> ByteView) -> Void) {
            var joined = ByteWriter(capacity: payloads.reduce(0) { $0 + ($1?.count ?? 0) })
            var ranges: [Range<Int>] = []
            var found: [ReceivedMessage] = []
            for (message, payload) in zip(messages, payloads) {
                guard let payload, !payload.isEmpty else { continue }
                let start = joined.count
                joined.append(payload)
                ranges.append(start..<joined.count)
                found.append(message)
            }
            let all = joined.view
            body(found) { index in all[ranges[index]] }
        }
    }

    private var waiting: [UInt64: (reply: Waiting, index: Int)] = [:]
    private var lastTicket: UInt64 = 0

    /// How many payloads are awaited.
    var count: Int { waiting.count }

    /// Keeps what is in memory and asks the journal for the rest.
    mutating func park(
        _ messages: [ReceivedMessage], form: ResponseForm, for connection: ConnectionToken,
        _ journal: Journal
    ) {
        let reply = Waiting(connection: connection, form: form, messages: messages)
        for (index, message) in messages.enumerated() {
            // What is in memory now may leave it before the rest has come.
            if let payload = journal.payload(at: message.position, count: message.length) {
                reply.payloads[index] = payload.array
                continue
            }
            lastTicket += 1
            reply.missing += 1
            waiting[lastTicket] = (reply, index)
            journal.fetch(at: message.position, count: message.length, ticket: lastTicket)
        }
        precondition(reply.missing > 0, "a receive is parked for a payload that is missing")
    }

    /// Takes a payload that was read; returns the receive when it was the last one missing.
    mutating func fetched(_ payload: ByteView, ticket: UInt64) -> Waiting? {
        guard let (reply, index) = waiting.removeValue(forKey: ticket) else {
            preconditionFailure("the journal hands out what was asked for")
        }
        reply.payloads[index] = payload.array
        reply.missing -= 1
        return reply.missing == 0 ? reply : nil
    }
}
