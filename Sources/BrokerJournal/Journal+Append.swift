import Bytes

extension Journal {
    /// Appends one record, its payload in two parts, and returns the record's position.
    ///
    /// The payload may lie in the journal's own memory. O(payload), no allocation, no system call.
    public func append(type: UInt8, head: ByteView, body: ByteView) -> JournalPosition {
        precondition(
            type > 0 && type <= RecordTypes.largestOfBroker, "zero and the highest types are ours")
        precondition(
            head.count + body.count <= Journal.largestPayloadByteCount, "a payload has a limit")
        if let offset = writer.append(type: type, head: head, body: body) {
            return JournalPosition(offset: writer.base + UInt64(offset))
        }
        beginNextSegment()
        guard let offset = writer.append(type: type, head: head, body: body) else {
            preconditionFailure("the segment size leaves room for the largest record")
        }
        return JournalPosition(offset: writer.base + UInt64(offset))
    }

    /// The payload of the record at `position`, or nil when it is not in memory. Valid until the
    /// next call of `commit`, `poll`, `reclaim` or `close`; appending leaves it in place.
    public func payload(at position: JournalPosition, count: Int) -> ByteView? {
        let number = position.offset / segmentByteCount
        let offset = Int(position.offset % segmentByteCount) + RecordHeader.byteCount
        guard let segment = segments[number] else { return nil }
        guard let memory = segment.memory else { return cold.payload(at: position, count: count) }
        precondition(
            number < activeNumber || offset + count <= writer.used, "only appended bytes are read")
        return memory.view(offset..<offset + count)
    }

    /// Turns to a new segment. Its file may not be ready; commits wait for that, appends do not.
    func beginNextSegment() {
        if isOnDisk {
            fullWriters.append(writer)
        } else {
            _ = writer.closeBatch(
                identity: identity, previousEnd: writer.base, shard: settings.shard)
        }
        let segment = Segment(number: activeNumber + 1, memory: memory.take())
        continueAppending(in: segment, used: 0)
    }

    /// Appends go to `segment` from now on, after its first `used` bytes.
    func continueAppending(in segment: Segment, used: Int) {
        guard let memory = segment.memory else {
            preconditionFailure("the segment at the end is in memory")
        }
        segments.append(segment)
        writer = SegmentWriter(
            memory: memory, base: segment.number * segmentByteCount, epoch: epoch, used: used)
    }
}
