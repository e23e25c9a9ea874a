/// What the oracle knows of attributes that are changed.
extension Oracle {
    /// Somebody is about to change an attribute.
    func begin(_ change: AttributeChange, of queue: SimulatedQueue) {
        switch change {
        case .visibility(let seconds): queue.visibilities.begin(seconds, at: now)
        case .delay(let seconds): queue.delays.begin(seconds, at: now)
        case .retention(let seconds): queue.retentions.begin(seconds, at: now)
        case .maximumSize(let byteCount): queue.maximumSizes.begin(byteCount, at: now)
        case .redrive(let redrive): queue.redrives.begin(redrive, at: now)
        }
    }

    /// An attribute was changed.
    func end(_ change: AttributeChange, of queue: SimulatedQueue) {
        switch change {
        case .visibility: queue.visibilities.end(at: now)
        case .delay: queue.delays.end(at: now)
        case .retention: queue.retentions.end(at: now)
        case .maximumSize: queue.maximumSizes.end(at: now)
        case .redrive: queue.redrives.end(at: now)
        }
    }

    /// Attributes are shown as they were set.
    func checkAttributes(_ attempt: Attempt, _ queue: SimulatedQueue, _ attributes: JSON) {
        let from = attempt.began
        let numbers: [(String, [Int])] = [
            ("VisibilityTimeout", queue.visibilities.values(from: from, until: now)),
            ("DelaySeconds", queue.delays.values(from: from, until: now)),
            ("MessageRetentionPeriod", queue.retentions.values(from: from, until: now)),
            ("MaximumMessageSize", queue.maximumSizes.values(from: from, until: now)),
        ]
        for (name, allowed) in numbers {
            let shown = attributes.text(name).flatMap { Int($0) }
            if !allowed.contains(where: { $0 == shown }) {
                fail("attribute lost: \(name) of \(queue.name) is \(shown ?? -1), not \(allowed)")
            }
        }
        let shown = attributes.text("RedrivePolicy").flatMap { JSON(Array($0.utf8)[...]) }
        let isRight = queue.redrives.values(from: from, until: now).contains { redrive in
            guard let redrive else { return shown == nil }
            return shown?.text("deadLetterTargetArn") == redrive.target.arn
                && shown?["maxReceiveCount"]?.integer == redrive.limit
        }
        if !isRight { fail("attribute lost: RedrivePolicy of \(queue.name)") }
    }
}
