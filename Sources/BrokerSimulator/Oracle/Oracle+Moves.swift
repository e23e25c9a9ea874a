/// What the oracle concludes from answers about move tasks.
extension Oracle {
    /// How many tasks of a queue are listed.
    private static let listedTasks = 10

    /// Takes the answer to StartMessageMoveTask.
    func moveStarted(_ move: SimulatedMove, _ json: JSON) -> Answer {
        statistics.add(.moveTasks)
        guard let handle = json.text("TaskHandle") else {
            fail("nonsense: no TaskHandle")
            return .done
        }
        move.handle = handle
        move.answered = now
        // One task of a queue runs at a time.
        for other in moves where other !== move && other.source === move.source {
            if other.answered.map({ $0 < move.began }) ?? false {
                other.ended = min(other.ended, now)
            }
        }
        return .done
    }

    /// Whether it is right that a task is not started.
    func moveRefused(
        _ move: SimulatedMove, _ attempt: Attempt, _ type: String, _ message: String
    ) -> Bool {
        let others = moves.filter { $0 !== move && $0.source === move.source }
        moves.removeAll { $0 === move }
        if message.contains("already a task running") {
            return others.contains { $0.ended >= attempt.began }
        }
        if message.contains("configured as a Dead Letter Queue") {
            return !move.source.isSurelyTarget(from: attempt.began, until: now)
        }
        return type.hasSuffix("#ResourceNotFoundException")
            && move.destination.map(\.isWiped) ?? false
    }

    /// Takes the answer to CancelMessageMoveTask.
    func moveCancelled(_ move: SimulatedMove, _ json: JSON) -> Answer {
        statistics.add(.cancelledMoves)
        let count = json["ApproximateNumberOfMessagesMoved"]?.integer ?? -1
        if count < move.movedCount {
            fail("move wrong: \(move.description) moved \(count), before \(move.movedCount)")
        }
        move.movedCount = count
        move.isCancelled = true
        move.ended = min(move.ended, now)
        return .done
    }

    /// Whether it is right that a task is not cancelled.
    func cancelRefused(_ move: SimulatedMove, _ message: String) -> Bool {
        guard
            message.contains("Only active tasks")
                || message.contains("does not exist") && !mustBeListed(move)
        else { return false }
        move.ended = min(move.ended, now)
        return true
    }

    private func mustBeListed(_ move: SimulatedMove) -> Bool {
        let newer = moves.filter { $0.source === move.source && $0.began > move.began }
        return newer.count < Oracle.listedTasks
    }

    /// Takes the answer to ListMessageMoveTasks.
    func movesListed(_ attempt: Attempt, _ queue: SimulatedQueue, _ json: JSON) -> Answer {
        var listed: [SimulatedMove] = []
        var states: [SimulatedMove.Status] = []
        for entry in json.list("Results") {
            let rate = entry["MaxNumberOfMessagesPerSecond"]?.integer
            let target = entry.text("DestinationArn")
            guard let status = entry.text("Status").flatMap(SimulatedMove.Status.init),
                let move = moves.last(where: {
                    $0.source === queue && $0.rate == rate && $0.destination?.arn == target
                })
            else {
                fail("move wrong: \(queue.name) lists a task that nobody started")
                return .moves([])
            }
            check(move, status, entry)
            listed.append(move)
            states.append(status)
        }
        // One whose start was not answered may have begun late.
        let answered = listed.filter { $0.answered != nil }
        if zip(answered, answered.dropFirst()).contains(where: { $0.began < $1.began }) {
            fail("move wrong: the tasks of \(queue.name) are not listed newest first")
        }
        if states.dropFirst().contains(.running) {
            fail("move wrong: two tasks of \(queue.name) run")
        }
        for move in moves where move.source === queue && !listed.contains(where: { $0 === move }) {
            if let answered = move.answered, answered < attempt.began, mustBeListed(move) {
                fail("move wrong: the task \(move.description) is forgotten")
            }
        }
        if states.first != .running { endMoves(of: queue, listedSince: attempt.began) }
        return .moves(states)
    }

    private func check(_ move: SimulatedMove, _ status: SimulatedMove.Status, _ entry: JSON) {
        let count = entry["ApproximateNumberOfMessagesMoved"]?.integer ?? -1
        let name = "\(move.description): \(status.rawValue) after \(count)"
        if entry.text("SourceArn") != move.source.arn {
            fail("move wrong: \(name) is of another queue")
        }
        if count < move.movedCount { fail("move wrong: \(name), before \(move.movedCount)") }
        if let before = move.status, before != .running,
            before != status || count != move.movedCount
        {
            fail("move wrong: \(name) though it had ended")
        }
        if move.isCancelled, status != .cancelled { fail("move wrong: \(name), was cancelled") }
        let allowed = 1 + (move.rate ?? 500) * Int(latestNow - move.began) / 1000
        if count > allowed { fail("move wrong: \(name), faster than it may") }
        switch status {
        case .running:
            let handle = entry.text("TaskHandle")
            if handle == nil || move.handle.map({ $0 != handle }) ?? false {
                fail("move wrong: \(name) has another handle")
            }
            move.handle = handle
        case .failed:
            if move.status != .failed { statistics.add(.failedMoves) }
            let isAbsent = entry.text("FailureReason")?.hasSuffix("NonExistentQueue") ?? false
            if !isAbsent || !(move.destination?.isWiped ?? false) {
                fail("move wrong: \(name): \(entry.text("FailureReason") ?? "")")
            }
        case .completed, .cancelled: break
        }
        if status != .running { move.ended = min(move.ended, now) }
        move.status = status
        move.movedCount = count
    }

    /// None of the tasks of a queue runs any more that were begun before a list was asked for.
    private func endMoves(of queue: SimulatedQueue, listedSince time: UInt64) {
        for move in moves where move.source === queue {
            let isBefore = move.answered.map { $0 < time } ?? false
            // What was under way may still be carried out a little later.
            let isLost = move.lost.map { $0 + 60_000 < time } ?? false
            if isBefore || isLost { move.ended = min(move.ended, now) }
        }
    }

    /// Tasks did not move fewer messages than came with another identifier.
    func checkMoves() {
        // What was neither answered nor ever listed did not run.
        guard
            moves.allSatisfy({ $0.status.map { $0 != .running } ?? ($0.answered == nil) })
        else { return }
        let listed = moves.reduce(0) { $0 + $1.movedCount }
        let seen = messages.reduce(0) { $0 + $1.copies.count { $0.origin != nil } }
        if seen > listed { fail("move wrong: \(listed) moved, but \(seen) came") }
    }
}

extension SimulatedQueue {
    /// Whether it is all the time the dead-letter queue of a queue.
    fileprivate func isSurelyTarget(from: UInt64, until: UInt64) -> Bool {
        redriveSources.contains { source in
            source.redrives.values(from: from, until: until).allSatisfy { $0?.target === self }
        }
    }
}
