import Bytes

/// What the node has to know of all topics.
extension Broker {
    /// Calls `body` with the ARNs and counts of the first topics of which something was counted.
    public func forEachCountedTopic(
        limit: Int, _ body: (_ arn: String, _ counts: TopicCounts) -> Void
    ) {
        var left = limit
        topics.counted.forEach(above: 0) { number in
            guard left > 0 else { return false }
            left -= 1
            if let topic = topics.topics[Int(number)] { body(topic.arn, topic.counts) }
            return true
        }
    }

    /// The topics that have an archive, and for how many days it keeps messages. One whose archive
    /// policy was taken away is among them until the replays that were under way have ended.
    public var archivePeriods: [(topicARN: String, days: Int)] {
        let replayed = Set(
            replaying.compactMap { number in
                topics.subscriptions[Int(number)].flatMap {
                    $0.replay == nil ? nil : $0.topic.number
                }
            })
        return topics.topics.compactMap { topic in
            guard let topic, !topic.isDeleted else { return nil }
            if let days = topic.settings.archiveDays { return (topic.arn, days) }
            guard replayed.contains(topic.number) else { return nil }
            return (topic.arn, TopicLimits.archiveDays.upperBound)
        }
    }
}
