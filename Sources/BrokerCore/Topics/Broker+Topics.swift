import Bytes

extension Broker {
    /// Refuses an action of SNS, or carries it out and records what it changed.
    mutating func perform(
        _ action: TopicAction, from caller: Caller, at now: Moment, token: UInt64,
        into sink: any RecordSink
    ) throws(BrokerError) -> TopicOutcome {
        switch action {
        case .publish(let publish):
            return .published(
                try perform(publish, from: caller, at: now, token: token, into: sink))
        case .publishBatch(let publish):
            return .publishedBatch(
                try perform(publish, from: caller, at: now, token: token, into: sink))
        default:
            return try performOnCatalog(action, from: caller, at: now, into: sink)
        }
    }
}
