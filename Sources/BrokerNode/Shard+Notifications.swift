import BrokerCore
import BrokerJournal
import BrokerProtocol
import Bytes

/// What the shard does for SNS beside performing its actions.
extension Shard {
    /// Entries of a publish that are looked at to tell whether somebody will want its signature.
    private static let entriesLookedAt = 16

    /// Sets what the URLs in notifications begin with.
    public func setLinkBase(_ base: String) { links.base = base }

    /// Where the actions of SNS write records; others write to the journal itself.
    func sink(for action: Action) -> any RecordSink {
        if case .topic = action { publishes } else { journal }
    }

    /// Notes what follows from an action beside its outcome.
    func noteChange(by action: Action) {
        guard case .topic(.setTopicAttributes(let set)) = action, set.name == "ArchivePolicy"
        else { return }
        archives.policyChanged(before: journal.appendedPosition)
    }

    // MARK: What was finished elsewhere

    /// Takes in the signatures that were made and the payloads that were read.
    func takeFinished() {
        let signed = signatures.takeSigned()
        if let certificate = signatures.certificate { links.certificatePath = certificate.path }
        outbox.beginTick(links, at: clock.monotonic(of: now.instant))
        for (waiter, signature) in signed {
            switch waiter {
            case .receive(let ticket) where LongReceives.owns(ticket: ticket):
                long.signed(signature, ticket: ticket)
            case .receive(let ticket):
                finish(unfinished.signed(signature, ticket: ticket))
            case .delivery(let number):
                outbox.signed(signature, number: number)
            }
        }
        journal.takeFetched { ticket, payload in
            if Outbox.owns(ticket: ticket) {
                outbox.fetched(payload, ticket: ticket, &signatures)
            } else if LongReceives.owns(ticket: ticket) {
                long.fetched(payload, ticket: ticket)
            } else {
                finish(unfinished.fetched(payload, ticket: ticket, &signatures))
            }
        }
    }

    /// Answers a receive from which nothing is missing any more.
    private func finish(_ receive: UnfinishedReceives.Waiting?) {
        guard let receive else { return }
        guard encodedByteCount < LongReceives.quickBytesPerTick else {
            return long.append(
                receive.messages, form: receive.form, requestID: requestIDs.next(),
                for: receive.connection)
        }
        content.removeAll()
        // Most of what waited for a signature is still in memory, and need not be copied again.
        let messages = gather(receive.messages) ? receive.messages : receive.fill(&content)
        encode(.received(messages), form: receive.form, to: receive.connection)
    }

    /// Takes in what became of deliveries, and records it.
    func takeDeliveryAnswers() {
        seams.archive.takeAnswers { ticket, answer in
            if Outbox.owns(ticket: ticket) {
                outbox.archived(answer, ticket: ticket)
            } else {
                replays.read(answer, ticket: ticket, &broker, at: now, into: journal)
            }
        }
        replays.retry(&broker, at: now, into: journal)
        for answer in outbox.takeAnswers() {
            let number = answer.item.delivery.number
            guard
                let report = broker.finishDelivery(
                    number, answer.result, at: now, into: journal)
            else { continue }
            DeliveryStatus(answer, report)
                .write(to: seams.deliveryLog, deliveryID: requestIDs.next(), at: now)
        }
    }

    /// Tells what became of messages for queues: their deliveries are over when they begin.
    func logQueueDeliveries() {
        broker.takeQueueDeliveries { delivery in
            DeliveryStatus(delivery, requestID: requestIDs.next(), at: now)
                .write(to: seams.deliveryLog, deliveryID: requestIDs.next(), at: now)
        }
    }

    // MARK: Signing ahead

    /// Has messages signed that queues got with an envelope, so that their receive need not wait.
    func anticipateSignatures() {
        publishes.takePublished { payload in
            guard signatures.mayAnticipate,
                let notification = try? StoredNotification(payload: payload)
            else { return }
            for index in 0..<min(notification.entryCount, Shard.entriesLookedAt) {
                guard let entry = try? notification.entry(index), entry.kind == .queue
                else { continue }
                if case .text(let key, let text) = SignedText.needed(
                    by: payload, entry: index, &signatures)
                {
                    return text.withByteView { signatures.anticipate(key, $0) }
                }
            }
        }
    }

    // MARK: The node's own paths

    /// Answers with the certificate that notifications print, if it is asked for by its name.
    func answerCertificate(_ path: String, form: ResponseForm, to connection: ConnectionToken) {
        let requestID = requestIDs.next()
        replies.reply(to: connection) { writer in
            guard let certificate = signatures.certificate, certificate.path == path else {
                return OutcomeEncoder.encode(
                    .unknownOperation, form: form, requestID: requestID, into: &writer)
            }
            certificate.pem.withByteView { pem in
                ResponseEncoder.encode(
                    status: .ok, contentType: "application/x-pem-file", body: pem, form: form,
                    requestID: requestID, into: &writer)
            }
        }
    }

    func reportMetrics(_ form: ResponseForm, to connection: ConnectionToken) {
        var report = MetricsReport()
        report.write(statistics, broker, underWay: outbox.count)
        let requestID = requestIDs.next()
        replies.reply(to: connection) { writer in
            ResponseEncoder.encode(
                status: .ok, contentType: "text/plain; version=0.0.4; charset=utf-8",
                body: report.view, form: form, requestID: requestID, into: &writer)
        }
    }
}
