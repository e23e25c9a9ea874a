import Bytes

/// Finding queues: by what a request names, by number, by identity, by name order.
extension Broker {
    /// The queue that a request names.
    ///
    /// - Throws: `missingParameter` without a queue URL, `queueDoesNotExist`.
    func queue(_ reference: QueueReference?) throws(BrokerError) -> Queue {
        guard let reference else { throw .missing(parameter: "QueueUrl") }
        guard let queue = existingQueue(reference) else { throw BrokerError(.queueDoesNotExist) }
        return queue
    }

    func existingQueue(_ reference: QueueReference) -> Queue? {
        let digest = digest(
            account: reference.account, region: reference.region, name: reference.name)
        return queueIndex[digest].flatMap { queues[Int($0)] }
    }

    func queue(of identity: QueueIdentity) -> Queue? {
        queueIndex[digest(of: identity)].flatMap { queues[Int($0)] }
    }

    func queue(named arn: String) -> Queue? {
        QueueIdentity(arn: arn).flatMap { queue(of: $0) }
    }

    /// The digest by which a queue is found.
    func digest(of identity: QueueIdentity) -> Hash128 {
        identity.name.withByteView { name in
            digest(account: identity.account, region: identity.region, name: name)
        }
    }

    private func digest(account: AccountID, region: String, name: ByteView) -> Hash128 {
        var hasher = SipHasher(key: hashKey)
        hasher.update(littleEndian: account.number)
        region.withByteView { hasher.update($0) }
        hasher.update(UInt8(0))
        hasher.update(name)
        return hasher.finish()
    }

    /// The queue of a backlog; nil once it is purged or deleted.
    func queue(ofBacklog backlog: Backlog) -> Queue? {
        guard !backlog.isAbandoned else { return nil }
        return queues[Int(backlog.queueNumber)]
    }

    /// Enters a queue into the catalog.
    mutating func enter(_ queue: Queue) {
        while queues.count <= Int(queue.number) { queues.append(nil) }
        queues[Int(queue.number)] = queue
        queueIndex.insert(digest(of: queue.identity), queue.number)
        let namespace = Namespace(account: queue.identity.account, region: queue.identity.region)
        let index = namespaces[namespace, default: []].firstIndex(at: queue.identity.name)
        namespaces[namespace, default: []].insert(queue, at: index)
        enterRedrive(of: queue)
    }

    /// Takes a queue out of the catalog.
    mutating func leave(_ queue: Queue) {
        leaveRedrive(of: queue)
        let namespace = Namespace(account: queue.identity.account, region: queue.identity.region)
        let index = namespaces[namespace, default: []].firstIndex(at: queue.identity.name)
        namespaces[namespace, default: []].remove(at: index)
        if namespaces[namespace]?.isEmpty == true { namespaces[namespace] = nil }
        queueIndex.remove(digest(of: queue.identity))
        queues[Int(queue.number)] = nil
    }

    /// Notes which dead-letter queue a queue's redrive policy names.
    mutating func enterRedrive(of queue: Queue) {
        guard let target = queue.settings.redrivePolicy?.target else { return }
        redriveSources[target, default: []].append(queue.number)
    }

    mutating func leaveRedrive(of queue: Queue) {
        guard let target = queue.settings.redrivePolicy?.target else { return }
        redriveSources[target]?.removeAll { $0 == queue.number }
        if redriveSources[target]?.isEmpty == true { redriveSources[target] = nil }
    }

    /// The number by which deliveries name `identity` as the queue they were dead-lettered from.
    mutating func deadLetterSourceNumber(of identity: QueueIdentity) -> UInt32 {
        if let number = deadLetterSourceNumbers[identity] { return number }
        let number = UInt32(deadLetterSources.count)
        deadLetterSources.append(identity)
        deadLetterSourceNumbers[identity] = number
        return number
    }
}

extension [Queue] {
    /// Where the queue `name` stands, or would stand, in an array ordered by name. O(log n).
    func firstIndex(at name: String) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].identity.name < name { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
