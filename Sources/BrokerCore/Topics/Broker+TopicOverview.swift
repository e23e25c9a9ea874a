import Bytes

/// What the node has to know of all topics.
extension Broker {
    /// Calls `body` with every topic's ARN and counts, by number.
    public func forEachTopic(_ body: (_ arn: String, _ counts: TopicCounts) -> Void) {
        for case let topic? in topics.topics where !topic.isDeleted {
            body(topic.arn, topic.counts)
        }
    }

    /// The topics that have an archive, and for how many days it keeps messages.
    public var archivePeriods: [(topicARN: String, days: Int)] {
        topics.topics.compactMap { topic in
            guard let topic, !topic.isDeleted, let days = topic.settings.archiveDays
            else { return nil }
            return (topic.arn, days)
        }
    }
}
