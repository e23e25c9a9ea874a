import BrokerNode

/// How much goes wrong in a run, drawn from its seed. Rates are per mille, times milliseconds.
struct Faults {
    /// The mean time between crashes of the process; nil for none.
    var crash: UInt64?
    /// The mean time between power losses.
    var powerLoss: UInt64?
    /// The mean time between clean stops.
    var stop: UInt64?
    /// The mean time between periods without room on the disk.
    var fullDisk: UInt64?
    /// The mean time between pauses of the node.
    var pause: UInt64?
    /// The mean time between steps of the wall clock in one direction.
    var clockStep: UInt64?
    /// The mean time between bits that turn over in old segments.
    var rot: UInt64?
    /// Operations on the disk that fail, of a hundred thousand.
    var failingDisk: Int
    /// Operations on the disk that take seconds.
    var slowDisk: Int
    /// What other operations take at most.
    var diskMilliseconds: Int
    /// What commits take on average beyond that, so that other lanes overtake them.
    var commitMilliseconds: UInt64
    /// Recoveries in which an operation fails.
    var failingRecovery: Int
    /// Exchanges whose connection is cut.
    var cut: Int
    /// The longest piece that a wire carries at once.
    var pieceByteCount: Int
    /// The longest a piece is under way.
    var wireMilliseconds: Int
    /// Loops of the network, and the longest that anything is under way between their threads.
    var loops: Int
    var loopMilliseconds: Int
    /// Answers of subscribers that are refusals, or none; and times in which one is down.
    var failingSubscriber: Int
    /// Orders to the archive that fail, and those that take seconds.
    var failingArchive: Int
    var slowArchive: Int
    /// How often a turn of a loop has no time for the next event or reply; and what requests weigh
    /// together that a tick performs.
    var shortTurn: Int
    var requestsPerTick: Int

    /// The limits of the node's loops.
    var nodeLimits: NodeLimits {
        var limits = NodeLimits()
        limits.requestsPerTick = requestsPerTick
        return limits
    }

    /// Draws the rates.
    init(_ random: Randomness) {
        func rarely(_ means: [UInt64?]) -> UInt64? { random.pick(means) }
        crash = rarely([nil, 20_000, 60_000, 180_000])
        powerLoss = rarely([nil, 20_000, 60_000, 180_000])
        stop = rarely([nil, nil, 120_000])
        fullDisk = rarely([nil, nil, nil, 120_000])
        pause = rarely([nil, nil, 30_000])
        clockStep = rarely([nil, nil, nil, 120_000])
        rot = rarely([nil, nil, nil, nil, nil, nil, nil, 120_000])
        failingDisk = random.pick([0, 0, 10, 100])
        slowDisk = random.pick([0, 0, 2, 20])
        diskMilliseconds = random.pick([0, 1, 5, 20])
        commitMilliseconds = random.pick([0, 0, 0, 500])
        failingRecovery = random.pick([0, 100, 300])
        cut = random.pick([0, 5, 20, 100])
        pieceByteCount = random.pick([1 << 20, 1 << 20, 1_400, 100, 7])
        wireMilliseconds = random.pick([0, 2, 20, 100])
        loops = random.pick([1, 1, 2, 3])
        loopMilliseconds = random.pick([0, 1, 20])
        failingSubscriber = random.pick([0, 50, 300])
        failingArchive = random.pick([0, 0, 20])
        slowArchive = random.pick([0, 10, 50])
        shortTurn = random.pick([0, 100, 500])
        requestsPerTick = random.pick([256, 256, 8])
    }

    /// Has the disk commit slowly and do everything else quickly, and the process end often.
    mutating func reuseFiles() {
        crash = 20_000
        rot = nil
        clockStep = nil
        fullDisk = nil
        failingDisk = 0
        slowDisk = 0
        diskMilliseconds = 1
        commitMilliseconds = 200
    }

    /// The rates in one line.
    var description: String {
        func every(_ name: String, _ mean: UInt64?) -> String {
            mean.map { "\(name) every \($0 / 1000) s, " } ?? ""
        }
        return every("crash", crash) + every("power loss", powerLoss) + every("stop", stop)
            + every("full disk", fullDisk) + every("pause", pause)
            + every("clock step", clockStep) + every("rot", rot)
            + "disk fails \(failingDisk)/100000 slow \(slowDisk)/1000 within \(diskMilliseconds) ms "
            + "commits \(commitMilliseconds) ms, "
            + "recovery fails \(failingRecovery)/1000, wire cut \(cut)/1000 "
            + "pieces \(pieceByteCount) B within \(wireMilliseconds) ms, "
            + "loops \(loops) within \(loopMilliseconds) ms, "
            + "subscribers fail \(failingSubscriber)/1000, "
            + "archive fails \(failingArchive)/1000 slow \(slowArchive)/1000, "
            + "turns short \(shortTurn)/1000, \(requestsPerTick) requests at a time"
    }
}
