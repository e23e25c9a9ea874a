import BrokerCore
import BrokerProtocol
import Bytes

/// How the shard answers what was performed, above all receives: their messages are in memory or on
/// disk, few or many, and some need a signature.
extension Shard {
    func answer(_ outcome: Outcome, form: ResponseForm, to connection: ConnectionToken) {
        content.removeAll()
        if case .received(let messages) = outcome, !messages.isEmpty {
            guard isQuick(messages) else {
                return long.append(
                    messages, form: form, requestID: requestIDs.next(), for: connection)
            }
            guard gather(messages) else {
                return unfinished.park(
                    messages, form: form, for: connection, journal, &signatures)
            }
        }
        encode(outcome, form: form, to: connection)
    }

    /// Answers the receives that waited and got messages, or waited long enough.
    func answerWaiters() {
        broker.takeAnswers { waited.append(($0, $1)) }
        for (token, result) in waited {
            let connection = ConnectionToken(bits: token)
            guard let form = parked.remove(connection) else { continue }
            switch result {
            case .success(let outcome): answer(outcome, form: form, to: connection)
            case .failure(let error): answer(error, form: form, to: connection)
            }
        }
        waited.removeAll(keepingCapacity: true)
    }

    /// Whether messages are encoded in this tick, for which there is time.
    private func isQuick(_ messages: [ReceivedMessage]) -> Bool {
        // An envelope has to be digested as well.
        let byteCount = messages.reduce(0) { $0 + $1.length * ($1.entry == nil ? 1 : 2) }
        return byteCount <= LongReceives.quickByteCount
            && encodedByteCount < LongReceives.quickBytesPerTick
    }

    /// Encodes a reply whose messages are in `content`.
    func encode(_ outcome: Outcome, form: ResponseForm, to connection: ConnectionToken) {
        let requestID = requestIDs.next()
        replies.reply(to: connection) { writer in
            let before = writer.count
            OutcomeEncoder.encode(
                outcome, form: form, requestID: requestID, payload: { content.payload($0) },
                links: links, signature: { content.signature($0) }, into: &writer)
            encodedByteCount += writer.count - before
        }
    }

    /// Puts payloads and signatures of received messages into `content`; false when some are not
    /// there.
    func gather(_ messages: [ReceivedMessage]) -> Bool {
        for message in messages {
            guard let payload = journal.payload(at: message.position, count: message.length)
            else { return false }
            guard let entry = message.entry else {
                content.append(payload, signature: [])
                continue
            }
            switch SignedText.needed(by: payload, entry: entry, &signatures) {
            case .none: content.append(payload, signature: [])
            case .signed(let signature): content.append(payload, signature: signature)
            case .text: return false
            }
        }
        return true
    }
}
