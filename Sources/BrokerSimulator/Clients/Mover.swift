/// Starts, lists and cancels move tasks of the dead-letter queues. When everybody rests it ends those
/// that run; then it has everything moved once more, while nobody else does anything.
final class Mover: Role {
    private let world: World
    private let random: Randomness
    private let sources: [SimulatedQueue]
    /// The last task of each source; nil before there is one.
    private var latest: [SimulatedMove?]
    /// Sources that have to be listed next.
    private var unlisted: [Int] = []
    /// The task that is to be cancelled next.
    private var doomed: SimulatedMove?
    /// Whether each source is known to have no running task, since everybody rests.
    private var isStopped: [Bool]
    /// Of each source, the task that moves everything at last; whether it has ended.
    private var last: [SimulatedMove?]
    private var hasMoved: [Bool]

    init(in world: World) {
        self.world = world
        random = world.random.fork()
        sources = world.queues.filter { !$0.redriveSources.isEmpty }
        latest = sources.map { _ in nil }
        last = latest
        isStopped = sources.map { _ in false }
        hasMoved = isStopped
    }

    /// Whether there is anything to move.
    var hasSources: Bool { !sources.isEmpty }
    /// Whether no task runs, since everybody rests.
    var hasStopped: Bool { isStopped.allSatisfy(\.self) }
    /// Whether everything was moved.
    var hasMovedAll: Bool { hasMoved.allSatisfy(\.self) }
    /// The sources that were emptied at last.
    var emptied: [SimulatedQueue] {
        last.compactMap { move in
            move.flatMap { $0.status == .completed ? $0.source : nil }
        }
    }

    var pause: UInt64 { world.isBusy ? random.waiting(mean: 5_000) : 200 }

    func next() -> Ask? {
        guard !sources.isEmpty else { return nil }
        switch world.stage {
        case .busy: return busyAsk()
        case .resting: return stoppingAsk()
        case .moving: return movingAsk()
        case .draining: return nil
        }
    }

    private func busyAsk() -> Ask? {
        if let move = doomed {
            doomed = nil
            return .cancelMove(move)
        }
        if let index = unlisted.popLast() { return .listMoves(sources[index]) }
        let index = random.below(sources.count)
        guard sources[index].isReady, sources[index].redriveSources.allSatisfy(\.isReady) else {
            return nil
        }
        if let move = latest[index], move.handle != nil, move.ended == .max, random.chance(300) {
            return .cancelMove(move)
        }
        return random.chance(500) ? .listMoves(sources[index]) : start(index)
    }

    /// A new task. By its rate and destination it is known among the last ones of its source. Most are
    /// slow, so that crashes and cancellations meet them.
    private func start(_ index: Int) -> Ask {
        let recent = world.oracle.moves.filter { $0.source === sources[index] }.suffix(20)
        while true {
            let rate = random.chance(200) ? random.within(100...499) : random.within(1...15)
            let destination = destination(of: sources[index])
            if !recent.contains(where: { $0.rate == rate && $0.destination === destination }) {
                return start(index, rate: rate, to: destination)
            }
        }
    }

    private func destination(of source: SimulatedQueue) -> SimulatedQueue? {
        let custom = world.queues.filter {
            $0.isForMoves && $0.isFIFO == source.isFIFO && ($0.isReady || $0.isWiped)
        }
        return custom.isEmpty || random.chance(600) ? nil : random.pick(custom)
    }

    private func start(_ index: Int, rate: Int, to destination: SimulatedQueue?) -> Ask {
        let move = SimulatedMove(from: sources[index], to: destination, rate: rate)
        latest[index] = move
        if random.chance(300) { unlisted.append(index) }
        return .startMove(move)
    }

    private func stoppingAsk() -> Ask? {
        guard let index = isStopped.firstIndex(of: false) else { return nil }
        let running = world.oracle.moves.last { move in
            move.source === sources[index] && move.status == .running && move.ended == .max
        }
        return running.map { .cancelMove($0) } ?? .listMoves(sources[index])
    }

    private func movingAsk() -> Ask? {
        guard let index = hasMoved.firstIndex(of: false) else { return nil }
        guard last[index] == nil else { return .listMoves(sources[index]) }
        let ask = start(index, rate: 500, to: destination(of: sources[index]))
        last[index] = latest[index]
        return ask
    }

    func finished(_ ask: Ask, _ answer: Answer?) {
        switch (ask, answer) {
        case (.startMove(let move), nil):
            // Whether it runs must be known before there are many more.
            if let index = sources.firstIndex(where: { $0 === move.source }) {
                unlisted.append(index)
            }
        case (.startMove(let move), .refused?):
            guard let index = sources.firstIndex(where: { $0 === move.source }) else { return }
            latest[index] = nil
            if last[index] === move { hasMoved[index] = true }
        case (.startMove(let move), .done?):
            if world.isBusy, random.chance(300) { doomed = move }
        case (.listMoves(let queue), .moves(let states)?):
            guard let index = sources.firstIndex(where: { $0 === queue }) else { return }
            if world.stage == .resting { isStopped[index] = states.first != .running }
            if world.stage == .moving { hasMoved[index] = states.first != .running }
        default: break
        }
    }
}
