/// What the oracle concludes when nothing is under way.
extension Oracle {
    /// Checks the count of a queue while nobody does anything.
    func checkCount(_ count: Int, of queue: SimulatedQueue) {
        // What dead-letter queues hold depends on receives that nobody saw.
        guard !queue.isForDeadLetters, !queue.isRedriven, !queue.isForMoves else { return }
        var least = 0
        var most = 0
        for sent in messages where sent.queue === queue {
            least += sent.owed
            most += sent.mostCopies(clock) - sent.copies.count
            for copy in sent.copies where copy.deleted.isEmpty {
                most += 1
                if !copy.isPossiblyGone(at: latestNow) { least += 1 }
            }
            for copy in sent.copies where !copy.deleted.isEmpty {
                // A delete with an old receipt may have done nothing.
                if !copy.deleted.contains(where: \.wasInFlight) { most += 1 }
            }
        }
        if count < least {
            fail("lost: \(queue.name) has \(count) messages, at least \(least) stay")
        }
        if count > most {
            fail("counts wrong: \(queue.name) has \(count) messages, at most \(most) may be there")
        }
    }

    /// Dead letters were moved while nobody did anything else: queues between which messages move
    /// have together what they had, and those that were emptied have nothing.
    func checkMoved(
        _ queues: [SimulatedQueue], before: [Int], after: [Int], _ emptied: [SimulatedQueue]
    ) {
        var sums = (before: 0, after: 0)
        for (index, queue) in queues.enumerated()
        where queue.isRedriven || queue.isForMoves || !queue.redriveSources.isEmpty {
            sums.before += before[index]
            sums.after += after[index]
            if after[index] > 0, emptied.contains(where: { $0 === queue }) {
                fail("move wrong: \(after[index]) messages stay in \(queue.name)")
            }
        }
        if sums.after < sums.before { fail("lost: \(sums.before - sums.after) while moved") }
        if sums.after > sums.before { fail("duplicated: \(sums.after - sums.before) while moved") }
    }

    /// Everything was received and deleted: what is missing now is lost.
    func checkDrained() {
        for sent in messages {
            if sent.owed > 0 { fail("lost: b\(sent.number) was published and never received") }
            for copy in sent.copies where copy.successor == nil && !isPossiblyGone(copy) {
                let seen = copy.deliveries.isEmpty ? "never received" : "received, never deleted"
                fail("lost: b\(sent.number) (\(copy.id)) was acknowledged, \(seen)")
            }
        }
        checkMoves()
    }
}
