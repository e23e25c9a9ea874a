/// When faults of the node and of the whole disk happen.
struct FaultSchedule {
    enum Fault: String, CaseIterable {
        case crash, powerLoss, stop, fullDisk, room, pause, clockForward, clockBack, rot

        /// What it counts as; nil when that depends.
        var event: Statistics.Event? {
            switch self {
            case .crash: .crashes
            case .powerLoss: .powerLosses
            case .stop: .stops
            case .fullDisk: .fullDisks
            case .pause: .pauses
            case .clockForward, .clockBack: .clockSteps
            case .room, .rot: nil
            }
        }
    }

    private let faults: Faults
    private let random: Randomness
    private var due: [(time: UInt64, fault: Fault)] = []

    init(_ faults: Faults, _ random: Randomness, from now: UInt64) {
        self.faults = faults
        self.random = random
        for fault in Fault.allCases { plan(fault, after: now) }
    }

    /// When the next fault happens; nil when none does.
    var nextDeadline: UInt64? { due.map(\.time).min() }

    /// The next fault that is due.
    mutating func next(at now: UInt64) -> Fault? {
        guard let index = due.indices.min(by: { due[$0].time < due[$1].time }),
            due[index].time <= now
        else { return nil }
        let fault = due.remove(at: index).fault
        if fault == .fullDisk { due.append((now + random.waiting(mean: 20_000), .room)) }
        plan(fault, after: now)
        return fault
    }

    private mutating func plan(_ fault: Fault, after now: UInt64) {
        let mean: UInt64? =
            switch fault {
            case .crash: faults.crash
            case .powerLoss: faults.powerLoss
            case .stop: faults.stop
            case .fullDisk: faults.fullDisk
            case .pause: faults.pause
            case .clockForward, .clockBack: faults.clockStep
            case .rot: faults.rot
            case .room: nil
            }
        if let mean { due.append((now + random.waiting(mean: mean), fault)) }
    }
}
