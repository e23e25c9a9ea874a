import Bytes

/// The records of topics, subscriptions, platform applications and SMS settings.
extension Broker {
    mutating func replayTopic(
        _ type: RecordType, _ reader: inout RecordReader, at now: Moment
    ) throws(RecordError) {
        throw RecordError("not a record of this version")
    }
}
