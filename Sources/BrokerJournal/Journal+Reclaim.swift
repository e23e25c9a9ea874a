import Bytes

/// What the segments hold, counted a few at a time.
struct Survey {
    /// How many segments one call looks at.
    static let stride = 16

    /// What one pass over the segments found among those that could be freed.
    struct Findings {
        var segmentCount: UInt64 = 0
        var liveByteCount: UInt64 = 0
        var sparsest: UInt64?
        var sparsestLiveByteCount: UInt64 = .max
    }

    /// The next segment to look at.
    var cursor: UInt64 = 0
    /// The pass under way.
    var current = Findings()
    /// The last whole pass, until compaction has acted on it.
    var last: Findings?
}

extension Journal {
    /// Frees segments that hold nothing live and lie before the newest durable snapshot.
    ///
    /// Looks at a few segments per call. Call once per tick, after `poll`, when the replies that
    /// it released have been encoded or have asked for their payloads.
    public func reclaim(liveByteCount: (_ segment: UInt64) -> UInt64) {
        guard case .open = phase else { return }
        for _ in 0..<Survey.stride {
            guard let segment = segments.first(from: survey.cursor, below: activeNumber) else {
                survey.cursor = 0
                survey.last = survey.current
                survey.current = Survey.Findings()
                return
            }
            survey.cursor = segment.number + 1
            guard isReplaceable(segment.number) else { continue }
            let live = liveByteCount(segment.number)
            if live > 0 {
                count(segment, live: live)
            } else if segment.deadSince == nil {
                segment.deadSince = writer.end
            }
            if let deadSince = segment.deadSince { free(segment, deadSince: deadSince) }
        }
    }

    /// Whether no recovery would read the segment: it ends before the snapshot's position. The
    /// segment that holds the byte before that position stays, because replay begins there.
    func isReplaceable(_ number: UInt64) -> Bool {
        guard isOnDisk else { return number < activeNumber }
        return (number + 1) * segmentByteCount < snapshots.position
    }

    private func count(_ segment: Segment, live: UInt64) {
        guard !segment.isCompacted else { return }
        survey.current.segmentCount += 1
        survey.current.liveByteCount += live
        guard live < survey.current.sparsestLiveByteCount else { return }
        survey.current.sparsest = segment.number
        survey.current.sparsestLiveByteCount = live
    }

    /// Frees a dead segment, unless a crash could still bring back records that need it, or
    /// somebody reads it.
    private func free(_ segment: Segment, deadSince: UInt64) {
        guard !isOnDisk || deadSince <= synced, !cold.needs(segment: segment.number),
            compaction?.number != segment.number
        else { return }
        if let bytes = segment.memory { memory.give(bytes) }
        cold.forget(segment: segment.number)
        segments.remove(segment.number)
        guard isOnDisk else { return }
        if files.spares.count < files.spareLimit {
            files.spares.append(segment.file)
        } else {
            files.count -= 1
            submit(.remove(segment.file), lane: .background, ticket: Ticket(.removal))
        }
    }
}
