import BrokerJournal
import BrokerNode

/// What a run takes place in: one disk, one node after the other, and the oracle that watches.
final class World {
    /// What is going on.
    enum Stage {
        /// Clients work and things go wrong.
        case busy
        /// Faults have stopped and nobody begins anything new.
        case resting
        /// Dead letters are moved while nobody does anything else.
        case moving
        /// Everything is received and deleted.
        case draining
    }

    let clock = SimulatedClock()
    let random: Randomness
    let faults: Faults
    let shape: JournalShape
    let workload: Workload
    let transcript: Transcript
    let oracle: Oracle
    let queues: [SimulatedQueue]
    let topics: [SimulatedTopic]
    let disk: SimulatedDisk
    let courier: SimulatedCourier
    let archive: SimulatedArchive
    let watch: SubscriberWatch
    var stage = Stage.busy
    private(set) var node: SimulatedNode?
    /// When the next node starts, while there is none.
    private var restartAt: UInt64
    private var schedule: FaultSchedule
    /// Whether a bit of a segment has turned over.
    private var isRotten = false
    /// Whether the node has noticed that, and refuses to go on, as it should.
    private(set) var isRefused = false
    /// How often the disk was full.
    private var fullDisks = 0
    /// Ends of a node so far.
    private(set) var ends = 0
    /// When that was asked which was asked last of all that was answered.
    var latestAnswered: UInt64 = 0

    init(seed: UInt64, kind: Workload.Kind?, isVerbose: Bool) {
        random = Randomness(seed: seed)
        var faults = Faults(random.fork())
        var shape = JournalShape(random.fork())
        workload = Workload(kind, random.fork())
        if workload.kind == .reuse {
            faults.reuseFiles()
            shape.reuseFiles()
        }
        self.faults = faults
        self.shape = shape
        transcript = Transcript(clock: clock, isVerbose: isVerbose)
        oracle = Oracle(clock: clock)
        (queues, topics) = workload.makeQueues(random.fork())
        disk = SimulatedDisk(
            clock: clock, random: random.fork(), faults: faults, statistics: oracle.statistics)
        courier = SimulatedCourier(clock: clock, random: random.fork(), faults: faults)
        archive = SimulatedArchive(
            clock: clock, random: random.fork(), faults: faults, transcript: transcript)
        watch = SubscriberWatch(topics, oracle: oracle, transcript: transcript)
        restartAt = clock.now
        schedule = FaultSchedule(faults, random.fork(), from: clock.now)
        courier.onParcel = { [watch] in watch.received($0, $1) }
    }

    /// Whether things go wrong.
    var isTrouble: Bool { stage == .busy }
    /// Whether clients begin anything new.
    var isBusy: Bool { stage == .busy }
    /// Whether everything is received and deleted.
    var isDraining: Bool { stage == .draining }

    /// A connection to the node; nil while there is none.
    func connect() -> SimulatedWire? {
        guard let node else { return nil }
        let wire = SimulatedWire(clock: clock, random: random.fork(), faults: faults)
        node.connect(wire)
        return wire
    }

    /// When something is due beside the clients.
    var nextDeadline: UInt64 {
        let due = [
            node == nil ? restartAt : node?.nextDeadline,
            isTrouble ? schedule.nextDeadline : nil,
        ]
        return due.compactMap(\.self).min() ?? .max
    }

    /// Starts the node when it is time.
    func startNode() {
        guard node == nil, clock.now >= restartAt else { return }
        if isTrouble, random.chance(faults.failingRecovery) {
            disk.performsUntilFailure = random.below(40)
        }
        do throws(JournalError) {
            let started = try SimulatedNode(
                clock: clock, disk: disk, random: random.fork(), shape: shape, courier: courier,
                archive: archive, faults: faults)
            disk.performsUntilFailure = nil
            node = started
            transcript.note(
                "node starts with \(started.inventory.messages) messages in "
                    + "\(started.inventory.queues) queues, \(disk.byteCount >> 10) KiB")
        } catch {
            oracle.statistics.add(.failedRecoveries)
            nodeFailed(error)
        }
    }

    /// Lets the node do what is due.
    func turnNode() {
        guard let node else { return }
        do throws(JournalError) {
            if try !node.turnUntilQuiet() {
                oracle.fail("stuck: the node does not come to rest at one instant")
            }
        } catch {
            nodeFailed(error)
        }
    }

    /// A disk that fails ends the node; anything else that does is a fault of the broker.
    private func nodeFailed(_ error: JournalError) {
        transcript.note("node fails: \(error.description)")
        if case .disk = error {
        } else if isRotten {
            isRefused = true
        } else {
            oracle.fail("damaged: \(error.description)")
        }
        endNode(losesPower: random.chance(300), rest: 500)
    }

    private func endNode(losesPower: Bool, rest: UInt64) {
        ends += 1
        watch.ends = ends
        node?.crash()
        courier.crash()
        archive.crash()
        // Before the node goes: what is under way is written from its memory.
        if losesPower { disk.losePower() } else { disk.crash() }
        node = nil
        restartAt = clock.now + random.waiting(mean: rest)
    }

    /// Faults stop.
    func endTrouble() {
        stage = .resting
        disk.isTrouble = false
        disk.isFull = false
        courier.isTrouble = false
        archive.isTrouble = false
    }

    /// Lets happen what is due of faults.
    func takeFaults() {
        guard isTrouble else { return }
        if disk.takeCritical(), faults.crash != nil, random.chance(300) {
            transcript.note("fault: crash at a critical moment")
            endNode(losesPower: random.chance(500), rest: 2_000)
        }
        while let fault = schedule.next(at: clock.now) {
            transcript.note("fault: \(fault)")
            if let event = fault.event { oracle.statistics.add(event) }
            switch fault {
            case .crash: endNode(losesPower: false, rest: 2_000)
            case .powerLoss: endNode(losesPower: true, rest: 2_000)
            case .stop: stopNode()
            case .fullDisk:
                disk.isFull = true
                fullDisks += 1
            case .room: disk.isFull = false
            case .rot:
                guard let place = disk.rot() else { break }
                transcript.note("rot in \(place)")
                isRotten = true
                oracle.statistics.add(.rottenBits)
            case .clockForward: clock.step(forward: random.waiting(mean: 60_000))
            case .clockBack: clock.step(back: random.waiting(mean: 60_000))
            case .pause:
                node?.pause(random.below(12), until: clock.now + random.waiting(mean: 2_000))
            }
        }
    }

    private func stopNode() {
        do throws(JournalError) {
            try node?.stop()
            archive.close()
        } catch {
            nodeFailed(error)
        }
        endNode(losesPower: false, rest: 1_000)
    }

    /// Nothing is queued any more: the disk holds what was appended since a snapshot fell due, and
    /// some segments that are reused, about to be freed or made ready.
    func checkSpace() {
        let snapshots = disk.snapshotByteCount
        let interval = max(Int(shape.snapshotInterval), 2 * snapshots)
        // A snapshot that found no room is made after another interval.
        let limit = (1 + fullDisks) * interval + 2 * snapshots + 12 * Int(shape.segmentByteCount)
        if disk.byteCount > limit {
            oracle.fail("space not reclaimed: \(disk.byteCount) bytes, at most \(limit)")
        }
    }
}
