import Bytes

/// The records of published messages and their deliveries.
extension Broker {
    mutating func replayNotification(
        _ type: RecordType, _ payload: ByteView, _ reader: inout RecordReader,
        at position: JournalPosition, _ now: Moment
    ) throws(RecordError) {
        throw RecordError("not a record of this version")
    }
}
