/// Which message groups are noisy, by AWS's published thresholds.
extension NaiveQueue {
    func isNoisy(_ group: String, at now: UInt64) -> Bool {
        let inFlight = messages.filter { $0.place == .inFlight }
        let own = inFlight.count { $0.group == group }
        if own >= 30, own * 10 > inFlight.count { return true }
        guard var work = works[group] else { return false }
        var all = allWork
        work.pass(to: now / 60_000)
        all.pass(to: now / 60_000)
        return work.finished >= 30 && work.milliseconds * 10 > all.milliseconds
    }

    func finishWork(of message: NaiveMessage, at now: UInt64) {
        guard !isFIFO, messages.contains(where: { $0.group != nil }) else { return }
        allWork.pass(to: now / 60_000)
        allWork.milliseconds += now - message.receivedAt
        guard let group = message.group else { return }
        var work = works[group] ?? Work()
        work.pass(to: now / 60_000)
        work.milliseconds += now - message.receivedAt
        work.finished += 1
        works[group] = work
    }
}
