import Bytes

/// GetQueueUrl, ListQueues, ListDeadLetterSourceQueues.
extension Broker {
    func perform(
        _ get: GetQueueURL, from caller: Caller
    ) throws(BrokerError) -> QueueIdentity {
        guard let name = get.name else { throw .missing(parameter: "QueueName") }
        var account = caller.account
        if let owner = get.ownerAccountID {
            guard let parsed = owner.withByteView({ AccountID($0) }) else {
                throw BrokerError(.queueDoesNotExist)
            }
            account = parsed
        }
        let identity = QueueIdentity(account: account, region: caller.region, name: name)
        guard queue(of: identity) != nil else { throw BrokerError(.queueDoesNotExist) }
        return identity
    }

    func perform(_ list: ListQueues, from caller: Caller) throws(BrokerError) -> Outcome {
        let limit = try PageToken.entryLimit(maxResults: list.maxResults)
        let queues = namespaces[Namespace(account: caller.account, region: caller.region)] ?? []
        let prefix = list.namePrefix ?? ""
        var index = queues.firstIndex(at: prefix)
        if let token = list.nextToken, !token.isEmpty {
            let name = try PageToken.decode(token, in: .queues)
            index = max(index, queues.firstIndex(after: name))
        }
        var page: [QueueIdentity] = []
        while index < queues.count, queues[index].identity.name.hasPrefix(prefix) {
            guard page.count < limit else {
                return .queues(
                    page,
                    nextToken: nextToken(after: page, in: .queues, maxResults: list.maxResults))
            }
            page.append(queues[index].identity)
            index += 1
        }
        return .queues(page, nextToken: nil)
    }

    func perform(_ list: ListDeadLetterSourceQueues) throws(BrokerError) -> Outcome {
        let target = try queue(list.queue)
        let limit = try PageToken.entryLimit(maxResults: list.maxResults)
        let sources = (redriveSources[target.identity] ?? []).compactMap { queues[Int($0)] }
            .sorted { $0.identity.name < $1.identity.name }
        var index = 0
        if let token = list.nextToken, !token.isEmpty {
            index = sources.firstIndex(
                after: try PageToken.decode(token, in: .deadLetterSourceQueues))
        }
        let page = sources[index...].prefix(limit).map(\.identity)
        let isLast = index + page.count == sources.count
        return .queues(
            page,
            nextToken: isLast
                ? nil
                : nextToken(
                    after: page, in: .deadLetterSourceQueues, maxResults: list.maxResults))
    }

    /// AWS gives a token only to those who asked for pages.
    private func nextToken(
        after page: [QueueIdentity], in listing: PageToken.Listing, maxResults: Int?
    ) -> String? {
        guard maxResults != nil, let last = page.last else { return nil }
        return PageToken.encode(after: last.name, in: listing)
    }
}

extension [Queue] {
    /// Where the names after `name` begin, in an array ordered by name. O(log n).
    fileprivate func firstIndex(after name: String) -> Int {
        let index = firstIndex(at: name)
        return index < count && self[index].identity.name == name ? index + 1 : index
    }
}
