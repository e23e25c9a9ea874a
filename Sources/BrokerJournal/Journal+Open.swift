import Bytes

extension Journal {
    /// Reads the newest snapshot and every record after it, in order, and gets ready to append;
    /// blocks. Call once, first.
    ///
    /// - Parameters:
    ///   - load: Takes each record of the snapshot.
    ///   - loaded: Called after the snapshot, and when there is none.
    ///   - replay: Takes each record after the snapshot, with its position.
    public func open(
        load: (_ type: UInt8, _ payload: ByteView) throws -> Void,
        loaded: () throws -> Void,
        replay: (_ type: UInt8, _ payload: ByteView, _ position: JournalPosition) throws -> Void
    ) throws(JournalError) {
        guard case .unopened = phase else { preconditionFailure("a journal is opened once") }
        guard isOnDisk else { return try openInMemory(loaded) }
        let inventory = try Inventory(of: disk)
        var manifest = try readManifest(inventory)
        // Only now: what another version wrote stays as it is.
        for draft in inventory.drafts { try perform(.remove(draft)) }
        identity = manifest.identity
        try loadSnapshot(inventory, load)
        try refusable(DiskFile(.snapshot, number: snapshots.position), at: 0) { try loaded() }
        let reading = Replay(
            disk: disk, manifest: manifest, inventory: inventory, position: snapshots.position)
        try admitOlderSegments(reading)
        let last = try replaySegments(reading) { header, payload throws(JournalError) in
            let number = header.position / segmentByteCount
            try refusable(.segment(number), at: header.position % segmentByteCount) {
                try replay(header.type, payload, JournalPosition(offset: header.position))
            }
        }
        guard manifest.epoch < .max else { throw .damaged(.manifest("its epochs are used up")) }
        try adoptFiles(inventory, last: last.number)
        manifest.epoch += 1
        try wrap { () throws(DiskError) in try manifest.write(to: disk) }
        epoch = manifest.epoch
        try seal(last)
        for older in inventory.snapshots where older.position != snapshots.position {
            try perform(.remove(DiskFile(.snapshot, number: older.position)))
        }
        phase = .open
    }

    /// Checks that every segment the broker still needs is there; O(segments). Call after `open`.
    public func checkSegments(
        liveByteCount: (_ segment: UInt64) -> UInt64
    ) throws(JournalError) {
        for number in 0..<activeNumber where segments[number] == nil && liveByteCount(number) > 0 {
            throw .damaged(.segment(number, "the segment holds live records and is not there"))
        }
    }

    private func openInMemory(_ loaded: () throws -> Void) throws(JournalError) {
        epoch = 1
        identity = settings.identity
        try refusable(DiskFile(.manifest), at: 0) { try loaded() }
        continueAppending(in: Segment(number: 0, memory: memory.take()), used: 0)
        phase = .open
    }

    /// The manifest of the directory; an empty directory is founded.
    private func readManifest(_ inventory: Inventory) throws(JournalError) -> Manifest {
        guard !inventory.hasManifest else {
            let manifest = try Manifest.read(from: disk)
            guard manifest.segmentByteCount == segmentByteCount else {
                throw .segmentSizeDiffers(
                    written: manifest.segmentByteCount, asked: segmentByteCount)
            }
            guard manifest.shard == settings.shard else {
                throw .damaged(.manifest("it belongs to shard \(manifest.shard)"))
            }
            return manifest
        }
        // Founding writes segment 0 first and the manifest last, so without a manifest there is
        // at most that one file, and nothing in it.
        let isFresh =
            inventory.snapshots.isEmpty && inventory.segments.allSatisfy { $0.number == 0 }
        let holdsBatch = try Replay.beginsWithBatch(0, on: disk, inventory)
        guard isFresh, !holdsBatch else {
            throw .damaged(.manifest("it is not there, though segments or snapshots are"))
        }
        return Manifest(
            identity: settings.identity, segmentByteCount: segmentByteCount,
            createdAt: settings.createdAt, epoch: 0, shard: settings.shard)
    }

    /// Calls `body`, a step of the broker, and names the record it refused.
    private func refusable(
        _ file: DiskFile, at offset: UInt64, _ body: () throws -> Void
    ) throws(JournalError) {
        do {
            try body()
        } catch {
            throw .recordRefused(.refused(by: error, in: file, at: offset))
        }
    }

    /// Carries an operation out at once.
    func perform(_ operation: DiskOperation) throws(JournalError) {
        try wrap { () throws(DiskError) in _ = try disk.perform(operation) }
    }

    private func wrap(_ body: () throws(DiskError) -> Void) throws(JournalError) {
        do throws(DiskError) { try body() } catch { throw .disk(error) }
    }

    /// Hands the newest snapshot to the broker.
    private func loadSnapshot(
        _ inventory: Inventory, _ load: (_ type: UInt8, _ payload: ByteView) throws -> Void
    ) throws(JournalError) {
        guard let newest = inventory.snapshots.last else { return }
        snapshots.position = newest.position
        snapshots.byteCount = newest.byteCount
        snapshots.lastBegin = newest.position
        var reader = SnapshotReader(
            disk: disk, position: newest.position, byteCount: newest.byteCount, identity: identity)
        try reader.read { type, payload, offset throws(JournalError) in
            try refusable(DiskFile(.snapshot, number: newest.position), at: offset) {
                try load(type, payload)
            }
        }
    }
}
