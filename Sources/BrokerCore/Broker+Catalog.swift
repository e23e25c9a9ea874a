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
        namespaces[namespace, default: NameOrder()].insert(queue)
        enterRedrive(of: queue)
    }

    /// Takes a queue out of the catalog.
    mutating func leave(_ queue: Queue) {
        leaveRedrive(of: queue)
        let namespace = Namespace(account: queue.identity.account, region: queue.identity.region)
        namespaces[namespace]?.remove(queue)
        if namespaces[namespace]?.isEmpty == true { namespaces[namespace] = nil }
        queueIndex.remove(digest(of: queue.identity))
        queues[Int(queue.number)] = nil
    }

    /// Notes which dead-letter queue a queue's redrive policy names.
    mutating func enterRedrive(of queue: Queue) {
        guard let target = queue.settings.redrivePolicy?.target else { return }
        redriveSources.enter(queue, naming: digest(of: target))
    }

    mutating func leaveRedrive(of queue: Queue) {
        guard let target = queue.settings.redrivePolicy?.target else { return }
        redriveSources.leave(queue, naming: digest(of: target))
    }

    /// The number by which deliveries name `identity` as the queue they were dead-lettered from.
    mutating func deadLetterSourceNumber(of identity: QueueIdentity) -> UInt32 {
        let digest = digest(of: identity)
        if let number = deadLetterSourceNumbers[digest] { return number }
        let number = UInt32(deadLetterSources.count)
        deadLetterSources.append(identity)
        deadLetterSourceNumbers.insert(digest, number)
        return number
    }
}
