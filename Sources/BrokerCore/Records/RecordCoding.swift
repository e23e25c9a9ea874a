import Bytes

/// How the parts that several records share are written and read.
extension QueueIdentity {
    func encode(to writer: inout ByteWriter) {
        writer.append(littleEndian: account.number)
        writer.append(counted: region)
        writer.append(counted: name)
    }

    init(decoding reader: inout ByteReader) throws(RecordError) {
        do {
            let account: UInt64 = try reader.integer()
            guard account < 1_000_000_000_000 else { throw ByteReader.EndOfBytes() }
            self.init(
                account: AccountID(number: account), region: try reader.countedText(),
                name: try reader.countedText())
        } catch {
            throw RecordError("a queue's identity is cut short")
        }
    }
}

extension MoveTask {
    func encode(to writer: inout ByteWriter) {
        writer.append(littleEndian: number)
        writer.append(littleEndian: id.high)
        writer.append(littleEndian: id.low)
        source.encode(to: &writer)
        writer.append(UInt8(destination == nil ? 0 : 1))
        destination?.encode(to: &writer)
        writer.append(littleEndian: UInt32(rate ?? 0))
        writer.append(littleEndian: startInstant.milliseconds)
        writer.append(littleEndian: startedAt.milliseconds)
        writer.append(littleEndian: UInt64(toMoveCount))
        writer.append(littleEndian: UInt64(movedCount))
        writer.append(counted: status.rawValue)
        writer.append(counted: failureReason ?? "")
    }

    init(decoding reader: inout ByteReader) throws(RecordError) {
        do {
            number = try reader.integer()
            id = MessageID(high: try reader.integer(), low: try reader.integer())
            source = try QueueIdentity(decoding: &reader)
            let hasDestination = try reader.integer(UInt8.self) == 1
            destination = hasDestination ? try QueueIdentity(decoding: &reader) : nil
            let rate: UInt32 = try reader.integer()
            self.rate = rate == 0 ? nil : Int(rate)
            startInstant = Instant(milliseconds: try reader.integer())
            startedAt = Timestamp(milliseconds: try reader.integer())
            guard let toMoveCount = Int(exactly: try reader.integer(UInt64.self)),
                let movedCount = Int(exactly: try reader.integer(UInt64.self))
            else { throw RecordError("a move task counts more messages than there can be") }
            self.toMoveCount = toMoveCount
            self.movedCount = movedCount
            guard let status = MoveTaskDescription.Status(rawValue: try reader.countedText())
            else { throw RecordError("a move task has an unknown status") }
            self.status = status
            let reason = try reader.countedText()
            failureReason = reason.isEmpty ? nil : reason
        } catch let error as RecordError {
            throw error
        } catch {
            throw RecordError("a move task is cut short")
        }
    }
}

/// Reads the payload of a record, front to back; what is missing is a `RecordError`.
struct RecordReader {
    var bytes: ByteReader

    init(_ payload: ByteView) { bytes = ByteReader(payload) }

    mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type = Value.self
    ) throws(RecordError) -> Value {
        do { return try bytes.integer(type) } catch {
            throw RecordError("the payload is cut short")
        }
    }

    mutating func text() throws(RecordError) -> String {
        do { return try bytes.countedText() } catch {
            throw RecordError("the payload is cut short")
        }
    }

    mutating func view(_ count: Int) throws(RecordError) -> ByteView {
        do { return try bytes.view(count) } catch {
            throw RecordError("the payload is cut short")
        }
    }

    /// The two clocks that every record of the journal starts with.
    mutating func moment() throws(RecordError) -> Moment {
        let moment = Moment(
            instant: Instant(milliseconds: try integer()),
            timestamp: Timestamp(milliseconds: try integer()))
        // Deadlines are added to both, what has passed is multiplied with rates, and a message's
        // slot keeps 48 bits.
        let later = max(moment.instant.milliseconds, moment.timestamp.milliseconds)
        guard later < Instant.bound else {
            throw RecordError("the clocks of a record are beyond all time")
        }
        return moment
    }

    mutating func digest() throws(RecordError) -> Hash128 {
        Hash128(first: try integer(), second: try integer())
    }

    /// A digest of which zero means none.
    mutating func optionalDigest() throws(RecordError) -> Hash128? {
        let digest = try digest()
        return digest.first == 0 && digest.second == 0 ? nil : digest
    }

    mutating func settings() throws(RecordError) -> QueueSettings {
        do { return try QueueSettings(decoding: &bytes) } catch {
            throw RecordError("the settings are not those of this version")
        }
    }

    mutating func tags() throws(RecordError) -> QueueTags {
        do { return try QueueTags(decoding: &bytes) } catch {
            throw RecordError("the tags are not those of this version")
        }
    }
}
