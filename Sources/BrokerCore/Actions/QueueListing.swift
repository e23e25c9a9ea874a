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
        let queues = namespaces[Namespace(account: caller.account, region: caller.region)]
        let (page, hasMore) = page(
            of: queues, after: try name(of: list.nextToken, in: .queues),
            prefix: list.namePrefix ?? "", limit: limit)
        return .queues(
            page,
            nextToken: hasMore
                ? nextToken(after: page, in: .queues, maxResults: list.maxResults) : nil)
    }

    func perform(_ list: ListDeadLetterSourceQueues) throws(BrokerError) -> Outcome {
        let target = try queue(list.queue)
        let limit = try PageToken.entryLimit(maxResults: list.maxResults)
        let (page, hasMore) = page(
            of: redriveSources[digest(of: target.identity)],
            after: try name(of: list.nextToken, in: .deadLetterSourceQueues), prefix: "",
            limit: limit)
        return .queues(
            page,
            nextToken: hasMore
                ? nextToken(
                    after: page, in: .deadLetterSourceQueues, maxResults: list.maxResults) : nil)
    }

    /// The name after which a page begins; nil for the first one.
    private func name(
        of token: String?, in listing: PageToken.Listing
    ) throws(BrokerError) -> String? {
        guard let token, !token.isEmpty else { return nil }
        return try PageToken.decode(token, in: listing)
    }

    /// The queues of one page, and whether there are more.
    private func page(
        of queues: NameOrder<Queue>?, after last: String?, prefix: String, limit: Int
    ) -> ([QueueIdentity], hasMore: Bool) {
        var page: [QueueIdentity] = []
        var hasMore = false
        queues?.forEach(from: max(prefix, last ?? "")) { queue in
            guard queue.name.hasPrefix(prefix) else { return false }
            guard queue.name != last else { return true }
            hasMore = page.count == limit
            guard !hasMore else { return false }
            page.append(queue.identity)
            return true
        }
        return (page, hasMore)
    }

    /// AWS gives a token only to those who asked for pages.
    private func nextToken(
        after page: [QueueIdentity], in listing: PageToken.Listing, maxResults: Int?
    ) -> String? {
        guard maxResults != nil, let last = page.last else { return nil }
        return PageToken.encode(after: last.name, in: listing)
    }
}
