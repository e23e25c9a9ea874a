import BrokerCore
import Bytes

/// Counters as Prometheus reads them: protocol-docs/http.md lists them.
struct MetricsReport: ~Copyable {
    /// Topics that are shown one by one: what a turn has time for.
    private static let topicsShown = 1000

    private var writer = ByteWriter(capacity: 16 * 1024)

    init() {}

    /// The text.
    var view: ByteView { writer.view }

    /// Writes everything that the node counts.
    mutating func write(_ node: NodeStatistics, _ broker: borrowing Broker, underWay: Int) {
        let counts = broker.statistics
        let counters: [(StaticString, StaticString, UInt64)] = [
            ("apus_requests_total", "Requests answered or parked.", node.requests),
            (
                "apus_refused_requests_total", "Requests answered with an error.",
                node.refusedRequests
            ),
            (
                "apus_messages_sent_total", "Messages sent to queues by their senders.",
                counts.messagesSent
            ),
            ("apus_messages_received_total", "Messages handed out.", counts.messagesReceived),
            (
                "apus_messages_deleted_total", "Messages deleted by their receivers.",
                counts.messagesDeleted
            ),
            (
                "apus_messages_dead_lettered_total", "Messages moved to a dead-letter queue.",
                counts.messagesDeadLettered
            ),
            (
                "apus_messages_expired_total", "Messages that outlived their retention.",
                counts.messagesExpired
            ),
        ]
        for (name, help, value) in counters {
            describe(name, help, "counter")
            sample(name, value)
        }
        let gauges: [(StaticString, StaticString, Int)] = [
            ("apus_queues", "Queues that exist.", broker.queueCount),
            ("apus_messages", "Messages in queues.", broker.messageCount),
            (
                "apus_receives_waiting", "Receives that wait for a message.",
                broker.waitingReceiveCount
            ),
            (
                "apus_deliveries_owed", "Deliveries that are owed to subscribers.",
                broker.owedDeliveryCount
            ),
            ("apus_deliveries_under_way", "Deliveries that are being attempted.", underWay),
        ]
        for (name, help, value) in gauges {
            describe(name, help, "gauge")
            sample(name, UInt64(value))
        }
        write(
            "apus_turn_seconds", "How long turns of the shard's loop took.", node.turns.elapsed)
        write(
            "apus_turn_processor_seconds", "Processor time of turns of the shard's loop.",
            node.turns.worked)
        write("apus_longest_turn_seconds", "The longest turn.", node.turns.elapsed.longest)
        write(
            "apus_longest_turn_processor_seconds", "The longest turn by processor time.",
            node.turns.worked.longest)
        writeTopics(broker)
    }

    private mutating func write(
        _ name: StaticString, _ help: StaticString, _ histogram: TurnTimes.Histogram
    ) {
        describe(name, help, "histogram")
        var total: UInt64 = 0
        for place in 0...TurnTimes.bounds.count {
            total += histogram.counts[place]
            writer.append(name)
            writer.append("_bucket{le=\"")
            if place < TurnTimes.bounds.count {
                writer.append(seconds: TurnTimes.bounds[place])
            } else {
                writer.append("+Inf")
            }
            writer.append("\"} ")
            writer.append(decimal: total)
            writer.append("\n")
        }
        writer.append(name)
        writer.append("_sum ")
        writer.append(seconds: histogram.sum)
        writer.append("\n")
        writer.append(name)
        writer.append("_count ")
        writer.append(decimal: total)
        writer.append("\n")
    }

    private mutating func writeTopics(_ broker: borrowing Broker) {
        var topics: [(arn: String, counts: TopicCounts)] = []
        broker.forEachCountedTopic(limit: Self.topicsShown) { topics.append(($0, $1)) }
        describe("apus_notifications_published_total", "Messages published to a topic.", "counter")
        for (arn, counts) in topics {
            sample("apus_notifications_published_total", topic: arn, counts.published)
        }
        describe(
            "apus_notifications_filtered_out_total",
            "Messages that a subscription's filter policy kept out.", "counter")
        for (arn, counts) in topics {
            sample("apus_notifications_filtered_out_total", topic: arn, counts.filteredOut)
        }
        writeDeliveries(
            "apus_deliveries_delivered_total", "Deliveries that succeeded.", of: topics
        ) { $0.delivered }
        writeDeliveries(
            "apus_deliveries_failed_total", "Attempts to deliver that failed.", of: topics
        ) { $0.failed }
        writeDeliveries(
            "apus_deliveries_redriven_total", "Deliveries given to a dead-letter queue.",
            of: topics
        ) { $0.redriven }
    }

    private mutating func writeDeliveries(
        _ name: StaticString, _ help: StaticString, of topics: [(arn: String, counts: TopicCounts)],
        _ value: (TopicCounts.Deliveries) -> UInt64
    ) {
        describe(name, help, "counter")
        for (arn, counts) in topics {
            for kind in SubscriptionProtocol.allCases {
                let count = counts.deliveries[Int(kind.rawValue)]
                guard count.delivered + count.failed + count.redriven > 0 else { continue }
                sample(name, topic: arn, value(count), of: kind)
            }
        }
    }

    private mutating func write(
        _ name: StaticString, _ help: StaticString, _ nanoseconds: UInt64
    ) {
        describe(name, help, "gauge")
        writer.append(name)
        writer.append(" ")
        writer.append(seconds: nanoseconds)
        writer.append("\n")
    }

    private mutating func describe(
        _ name: StaticString, _ help: StaticString, _ kind: StaticString
    ) {
        writer.append("# HELP ")
        writer.append(name)
        writer.append(" ")
        writer.append(help)
        writer.append("\n# TYPE ")
        writer.append(name)
        writer.append(" ")
        writer.append(kind)
        writer.append("\n")
    }

    /// ARNs and protocol names hold nothing that would have to be escaped.
    private mutating func sample(
        _ name: StaticString, topic: String, _ value: UInt64, of kind: SubscriptionProtocol? = nil
    ) {
        writer.append(name)
        writer.append("{topic=\"")
        writer.append(topic)
        if let kind {
            writer.append("\",protocol=\"")
            writer.append(kind.name)
        }
        writer.append("\"} ")
        writer.append(decimal: value)
        writer.append("\n")
    }

    private mutating func sample(_ name: StaticString, _ value: UInt64) {
        writer.append(name)
        writer.append(" ")
        writer.append(decimal: value)
        writer.append("\n")
    }
}

extension ByteWriter {
    /// Appends nanoseconds as seconds, with nine digits after the point.
    fileprivate mutating func append(seconds nanoseconds: UInt64) {
        append(decimal: nanoseconds / 1_000_000_000)
        append(".")
        let fraction = nanoseconds % 1_000_000_000
        var bound: UInt64 = 100_000_000
        while bound > max(fraction, 1) {
            append("0")
            bound /= 10
        }
        append(decimal: fraction)
    }
}
