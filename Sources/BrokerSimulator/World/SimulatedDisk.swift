import BrokerJournal

/// A disk with three lanes that finish in the order and at the time that the seed picks.
///
/// A write takes its bytes sector by sector, either as they were when it was submitted or as they
/// are when it is carried out. It outlives the nodes that use it, one after the other.
///
/// Names are durable once the directory was synced, which creating and renaming do at their end and
/// removing does not: until then a power loss takes the last changes back.
final class SimulatedDisk: Disk {
    private struct Pending {
        var operation: DiskOperation
        var ticket: UInt64
        /// The bytes of a write when it was submitted.
        var bytes: [UInt8]
        var due: UInt64
        var fails: Bool

        init(
            _ operation: DiskOperation, ticket: UInt64 = 0, due: UInt64 = 0, fails: Bool = false
        ) {
            self.operation = operation
            self.ticket = ticket
            self.due = due
            self.fails = fails
            bytes = if case .write(_, _, let memory, _) = operation { memory.copy } else { [] }
        }
    }

    private let clock: SimulatedClock
    private let random: Randomness
    private let faults: Faults
    private let statistics: Statistics
    /// The names in order, because a dictionary has none.
    var names: [DiskFile] = []
    var files: [DiskFile: SimulatedFile] = [:]
    /// Changes of names since the directory was last synced.
    var unsyncedNames: [NameChange] = []
    private var lanes: [[Pending]] = [[], [], []]
    private var finished: [DiskCompletion] = []
    /// Whether a segment's file was given away while a commit was under way: what the commit brings
    /// must not be what allowed it.
    private var isCritical = false
    /// Whether there is no room for more.
    var isFull = false
    /// Whether faults happen.
    var isTrouble = true
    /// Operations of `perform` until one of them fails; nil when none will.
    var performsUntilFailure: Int?

    init(clock: SimulatedClock, random: Randomness, faults: Faults, statistics: Statistics) {
        self.clock = clock
        self.random = random
        self.faults = faults
        self.statistics = statistics
    }

    /// Bytes of all files.
    var byteCount: Int { names.reduce(0) { $0 + (files[$1]?.current.count ?? 0) } }

    /// Bytes of snapshots.
    var snapshotByteCount: Int {
        names.filter { $0.kind == .snapshot }.reduce(0) { $0 + (files[$1]?.current.count ?? 0) }
    }

    /// When something is finished; nil when nothing is under way.
    var nextDeadline: UInt64? {
        if !finished.isEmpty { return clock.now }
        return lanes.compactMap { $0.first?.due }.min()
    }

    func list() throws(DiskError) -> [DiskEntry] {
        random.shuffled(names).map {
            DiskEntry(file: $0, byteCount: UInt64(files[$0]?.current.count ?? 0))
        }
    }

    func perform(_ operation: DiskOperation) throws(DiskError) -> Int {
        if let left = performsUntilFailure {
            performsUntilFailure = left - 1
            if left == 0 {
                carryOutPartly(Pending(operation))
                throw error(operation, code: 5)
            }
        }
        return try carryOut(Pending(operation))
    }

    func submit(_ operation: DiskOperation, lane: DiskLane, ticket: UInt64) {
        precondition(operation.isWholePages, "segments are read and written in whole pages")
        let start = max(lanes[lane.rawValue].last?.due ?? 0, clock.now)
        var duration = UInt64(random.below(faults.diskMilliseconds + 1))
        if isTrouble, random.chance(faults.slowDisk) { duration += random.waiting(mean: 2_000) }
        if isTrouble, lane == .commit, faults.commitMilliseconds > 0 {
            duration += random.waiting(mean: faults.commitMilliseconds)
        }
        lanes[lane.rawValue].append(
            Pending(
                operation, ticket: ticket, due: start + duration,
                fails: isTrouble && random.below(100_000) < faults.failingDisk))
    }

    func takeCompletions(_ body: (DiskCompletion) -> Void) {
        while let lane = nextLane(dueBy: clock.now) { finishFirst(of: lane) }
        let taken = finished
        finished = []
        for completion in taken { body(completion) }
    }

    /// Whether it would be bad luck to crash now.
    func takeCritical() -> Bool {
        defer { isCritical = false }
        return isCritical
    }

    func awaitCompletion() {
        if finished.isEmpty, let lane = nextLane(dueBy: .max) { finishFirst(of: lane) }
    }

    func close() {
        while let lane = nextLane(dueBy: .max) { finishFirst(of: lane) }
        finished = []
    }

    /// The lane that finishes next; one of them when several finish at once.
    private func nextLane(dueBy limit: UInt64) -> Int? {
        let dues = lanes.map { $0.first?.due ?? .max }
        guard let first = dues.min(), first <= limit, first < .max else { return nil }
        return random.pick(dues.indices.filter { dues[$0] == first })
    }

    private func finishFirst(of lane: Int) {
        let pending = lanes[lane].removeFirst()
        pending.fails ? statistics.add(.diskFailures) : count(pending.operation)
        if !lanes[DiskLane.commit.rawValue].isEmpty, pending.operation.givesAwaySegment {
            isCritical = true
        }
        let result: Result<Int, DiskError>
        if pending.fails {
            carryOutPartly(pending)
            result = .failure(error(pending.operation, code: 5))
        } else {
            do throws(DiskError) {
                result = .success(try carryOut(pending))
            } catch {
                result = .failure(error)
            }
        }
        finished.append(DiskCompletion(ticket: pending.ticket, result: result))
    }
}

// MARK: - The end of a node

extension SimulatedDisk {
    /// The process ends: what was submitted is done or not, what was written stays.
    func crash() {
        for lane in lanes.indices {
            if let first = lanes[lane].first, random.chance(500) { carryOutPartly(first) }
            lanes[lane] = []
        }
        finished = []
        isCritical = false
        performsUntilFailure = nil
    }

    /// The power fails: of what was not synced, sectors are lost as the seed picks.
    func losePower() {
        crash()
        for change in unsyncedNames.suffix(random.below(unsyncedNames.count + 1)).reversed() {
            undo(change)
        }
        unsyncedNames = []
        for name in names {
            let kept = random.pick([0, 100, 500, 900, 1000])
            files[name]?.losePower { _ in random.chance(kept) }
        }
    }
}

// MARK: - Rot

extension SimulatedDisk {
    /// Turns a bit over in a segment that is not among the last ones, where a torn write would look
    /// the same; says where, or nil when there is no such segment.
    func rot() -> String? {
        let numbers = names.filter { $0.kind == .segment }.map(\.number).sorted().dropLast(3)
        guard !numbers.isEmpty else { return nil }
        let name = DiskFile(.segment, number: random.pick(Array(numbers)))
        guard let file = files[name] else { return nil }
        let offset = random.below(file.current.count)
        file.rot(at: offset, bit: random.below(8))
        return "\(name.name) at \(offset)"
    }
}

// MARK: - Operations

extension SimulatedDisk {
    private func file(
        _ name: DiskFile, _ operation: DiskOperation
    ) throws(DiskError) -> SimulatedFile {
        guard let file = files[name] else { throw error(operation, code: 2) }
        return file
    }

    private func carryOut(_ pending: Pending) throws(DiskError) -> Int {
        let operation = pending.operation
        switch operation {
        case .create(let name, let byteCount):
            if isFull && byteCount > 0 {
                // The name is there, and nothing behind it.
                create(name, byteCount: 0)
                throw error(operation, code: 28)
            }
            create(name, byteCount: Int(byteCount))
            unsyncedNames = []
        case .write(let name, let offset, let memory, let sync):
            let file = try file(name, operation)
            if isFull, Int(offset) + memory.byteCount > file.current.count {
                throw error(operation, code: 28)
            }
            file.write(mixed(pending.bytes, memory.copy), at: Int(offset))
            if sync { file.sync() }
        case .read(let name, let offset, let memory):
            let file = try file(name, operation)
            let start = min(Int(offset), file.current.count)
            let count = min(memory.byteCount, file.current.count - start)
            memory.store(file.current[start..<start + count])
            return count
        case .sync(let name):
            try file(name, operation).sync()
        case .rename(let name, let target):
            rename(name, to: target, try file(name, operation))
            unsyncedNames = []
        case .remove(let name):
            if let file = remove(name) { unsyncedNames.append(.removed(name, file)) }
        }
        return 0
    }

    private func count(_ operation: DiskOperation) {
        switch operation {
        case .rename(_, let target) where target.kind == .snapshot: statistics.add(.snapshots)
        case .rename(_, let target) where target.kind == .segment: statistics.add(.segmentsReused)
        case .create(let name, _) where name.kind == .segment: statistics.add(.segmentsMade)
        case .remove(let name) where name.kind == .segment: statistics.add(.segmentsRemoved)
        case .read(let name, _, _) where name.kind == .segment: statistics.add(.coldReads)
        default: break
        }
    }

    /// Carries out as much as the seed picks, and makes nothing durable.
    private func carryOutPartly(_ pending: Pending) {
        switch pending.operation {
        case .write(let name, let offset, let memory, _):
            guard let file = files[name], !isFull else { return }
            let kept = random.pick([0, 200, 500, 800, 1000])
            file.write(mixed(pending.bytes, memory.copy), at: Int(offset)) { _ in
                random.chance(kept)
            }
        case .create(let name, let byteCount):
            switch random.below(3) {
            case 0: break
            case 1: create(name, byteCount: 0)
            default: create(name, byteCount: isFull ? 0 : Int(byteCount))
            }
        case .rename(let name, let target):
            if let file = files[name], random.chance(500) { rename(name, to: target, file) }
        case .read, .sync, .remove:
            if random.chance(500) { _ = try? carryOut(pending) }
        }
    }

    /// Each sector of one or of the other.
    private func mixed(_ submitted: [UInt8], _ present: [UInt8]) -> [UInt8] {
        guard submitted != present else { return present }
        var bytes = present
        var start = 0
        while start < bytes.count {
            let stop = min(start + SimulatedFile.sectorByteCount, bytes.count)
            if random.chance(500) {
                bytes.replaceSubrange(start..<stop, with: submitted[start..<stop])
            }
            start = stop
        }
        return bytes
    }

    private func error(_ operation: DiskOperation, code: Int32) -> DiskError {
        DiskError(verb: operation.verb, file: operation.file.name, code: code)
    }
}
