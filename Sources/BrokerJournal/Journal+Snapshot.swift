import Bytes

extension Journal {
    /// Whether a snapshot is worth its work: enough was appended since the last one, or the disk
    /// budget is short and a segment could be freed by one.
    public var wantsSnapshot: Bool {
        guard isOnDisk, case .open = phase, snapshots.draft == nil else { return false }
        let appended = writer.end - snapshots.lastBegin
        if appended >= max(settings.snapshotInterval, 2 * snapshots.byteCount) { return true }
        // Once per segment even when nothing is appended any more: sends are refused by then.
        guard isShortOfDisk, writer.base > snapshots.lastBegin else { return false }
        return !hasRoom || appended >= max(segmentByteCount, 2 * snapshots.byteCount)
    }

    /// Begins a snapshot of the state as of `appendedPosition`.
    public func beginSnapshot() {
        guard isOnDisk else { return }
        precondition(snapshots.draft == nil, "one snapshot is written at a time")
        let position = writer.end
        let chunk = snapshots.spareChunk ?? PageMemory(byteCount: SnapshotKeeper.chunkByteCount)
        snapshots.spareChunk = nil
        snapshots.lastBegin = position
        var draft = SnapshotKeeper.Draft(position: position, chunk: chunk)
        draft.inFlight.append(nil)
        snapshots.draft = draft
        submit(
            .create(DiskFile(.snapshotDraft, number: position), byteCount: 0), lane: .background,
            ticket: Ticket(.snapshotData))
        var head = ByteWriter(capacity: SnapshotKeeper.headByteCount)
        head.append(littleEndian: identity)
        head.append(littleEndian: position)
        head.append(littleEndian: settings.shard)
        head.append(littleEndian: SnapshotKeeper.formatVersion)
        storeSnapshotRecord(type: RecordTypes.snapshotHead, head.view)
    }

    /// Whether the disk keeps up with the snapshot; when false, append no more of it this tick.
    public var acceptsSnapshotRecords: Bool { (snapshots.draft?.inFlight.count ?? 0) < 3 }

    /// Appends one record to the snapshot.
    public func appendSnapshot(type: UInt8, payload: ByteView) {
        guard isOnDisk else { return }
        precondition(
            type > 0 && type <= RecordTypes.largestOfBroker, "zero and the highest types are ours")
        precondition(
            payload.count <= Journal.largestPayloadByteCount, "a payload has a limit")
        storeSnapshotRecord(type: type, payload)
        snapshots.draft?.recordCount += 1
    }

    /// Completes the snapshot: it is made durable in the background, and counts from then on.
    public func endSnapshot() {
        guard isOnDisk else { return }
        guard let draft = snapshots.draft else { preconditionFailure("a snapshot was begun") }
        var end = ByteWriter(capacity: SnapshotKeeper.endByteCount)
        end.append(littleEndian: draft.recordCount)
        end.append(littleEndian: draft.position)
        storeSnapshotRecord(type: RecordTypes.snapshotEnd, end.view)
        snapshots.draft?.isEnded = true
        if case .gathering = draft.stage {
            flushSnapshotChunk()
            snapshots.draft?.stage = .syncing
        } else if draft.inFlight.isEmpty {
            snapshots.draft = nil
        }
    }

    /// Stores a record in the chunk, whose bytes go to the disk when it is full.
    private func storeSnapshotRecord(type: UInt8, _ payload: ByteView) {
        guard case .gathering = snapshots.draft?.stage else { return }
        let byteCount = RecordHeader.recordByteCount(payload: payload.count)
        if let draft = snapshots.draft, draft.used + byteCount > draft.chunk.byteCount {
            if draft.used > 0 { flushSnapshotChunk() }
            if byteCount > snapshots.draft?.chunk.byteCount ?? 0 {
                snapshots.draft?.chunk = PageMemory(byteCount: byteCount)
            }
        }
        guard let draft = snapshots.draft else { return }
        let chunk = draft.chunk
        chunk.store(UInt64(0), at: draft.used + byteCount - 8)
        chunk.store(payload, at: draft.used + RecordHeader.byteCount)
        RecordHeader.seal(
            chunk, at: draft.used, payload: payload.count,
            position: draft.flushed + UInt64(draft.used), epoch: epoch, type: type)
        snapshots.draft?.used += byteCount
    }

    /// Gives the chunk to the disk and takes another.
    private func flushSnapshotChunk() {
        guard let draft = snapshots.draft else { return }
        submit(
            .write(
                DiskFile(.snapshotDraft, number: draft.position), offset: draft.flushed,
                from: draft.chunk.diskMemory(0..<draft.used), sync: true),
            lane: .background, ticket: Ticket(.snapshotData))
        snapshots.draft?.inFlight.append(draft.chunk)
        snapshots.draft?.flushed += UInt64(draft.used)
        snapshots.draft?.used = 0
        let chunk = snapshots.spareChunk ?? PageMemory(byteCount: SnapshotKeeper.chunkByteCount)
        snapshots.spareChunk = nil
        snapshots.draft?.chunk = chunk
    }
}
