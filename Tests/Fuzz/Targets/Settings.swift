import Bytes

@testable import BrokerCore

/// Attributes of queues and topics as `Name value`, a line each: what is set is shown, set again from
/// what is shown it is the same, and so it is from the journal.
enum Settings {
    private typealias Attributes = [(name: String, value: String)]

    static func run(_ input: [UInt8]) {
        var attributes: Attributes = []
        for line in input.parts(most: 24) {
            let parts = line.parts(0x20, most: 2)
            guard parts.count == 2 else { continue }
            attributes.append((parts[0].text, parts[1].text))
        }
        queue(attributes)
        topic(attributes)
        tags(attributes)
    }

    private static func queue(_ attributes: Attributes) {
        for name in ["q", "q.fifo"] {
            guard
                let settings = try? QueueSettings.creating(name: name, attributes: attributes)
            else { continue }
            var writer = ByteWriter()
            settings.encode(to: &writer)
            var reader = ByteReader(writer.view)
            let decoded = try? QueueSettings(decoding: &reader)
            promise(decoded == settings, "settings come back from the journal")
            promise(reader.remaining == 0, "and nothing is left")
            let facts = QueueFacts(
                identity: QueueIdentity(
                    account: .anonymous, region: "us-east-1", name: name),
                createdTimestamp: 0, lastModifiedTimestamp: 0, visibleCount: 0,
                notVisibleCount: 0, delayedCount: 0)
            guard
                let shown = try? QueueAttributes.list(
                    names: ["All"], settings: settings, facts: facts)
            else { preconditionFailure("all attributes can be shown") }
            let facts2 = facts.names
            let settable = shown.filter { !facts2.contains($0.name) }
            do throws(BrokerError) {
                let mismatch = try settings.mismatch(creating: name, attributes: settable)
                promise(mismatch == nil, "\(mismatch ?? "") is shown as it was set")
            } catch {
                preconditionFailure("what is shown can be set: \(error.message) \(settable)")
            }
            _ = try? settings.mismatch(creating: name, attributes: attributes)
        }
    }

    private static func topic(_ attributes: Attributes) {
        let now = Timestamp(milliseconds: 1_800_000_000_000)
        for isFIFO in [false, true] {
            var settings = TopicSettings(isFIFO: isFIFO)
            for (name, value) in attributes { try? settings.set(name, value, at: now) }
            var writer = ByteWriter()
            settings.encode(to: &writer)
            var reader = ByteReader(writer.view)
            guard let decoded = try? TopicSettings(decoding: &reader) else {
                preconditionFailure("what is encoded can be decoded")
            }
            var again = ByteWriter()
            decoded.encode(to: &again)
            promise(again.view == writer.view, "settings come back from the journal")
            promise(reader.remaining == 0, "and nothing is left")
            let identity = TopicIdentity(account: .anonymous, region: "us-east-1", name: "t")
            _ = settings.attributes(of: identity)
            for kind in SubscriptionProtocol.allCases { _ = settings.feedback(for: kind) }
        }
    }

    private static func tags(_ attributes: Attributes) {
        let pairs = attributes.map { (key: $0.name, value: $0.value) }
        guard let tags = try? QueueTags.creating(pairs, queueName: "q") else { return }
        var writer = ByteWriter()
        tags.encode(to: &writer)
        var reader = ByteReader(writer.view)
        promise((try? QueueTags(decoding: &reader)) == tags, "tags come back from the journal")
    }
}

extension QueueFacts {
    /// What is shown and cannot be set.
    fileprivate var names: Set<String> {
        [
            "QueueArn", "CreatedTimestamp", "LastModifiedTimestamp",
            "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ]
    }
}
