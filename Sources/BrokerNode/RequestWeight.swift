import BrokerCore

extension Command.Ask {
    /// How much of a tick it takes to perform this, which came as `byteCount` bytes: in units of some
    /// three microseconds, what a SendMessage takes.
    ///
    /// Measured with pipelined requests, processor time of whole turns: a batch of ten takes 10 to 20
    /// µs, what creates, changes or deletes 10 to 25, and 10 ns more for each byte of attributes and
    /// tags; each queue that is listed 0.3 µs, each subscription 0.7.
    func weight(byteCount: Int) -> Int {
        switch self {
        case .perform(let decoded): decoded.action.weight(byteCount: byteCount)
        case .answer, .refuse, .cancel, .reportHealth: 1
        case .reportMetrics, .reset: 16
        }
    }
}

extension Action {
    fileprivate func weight(byteCount: Int) -> Int {
        switch self {
        case .sendMessage, .deleteMessage, .changeMessageVisibility, .getQueueURL: 1
        case .receiveMessage(let receive):
            Action.weight(entryCount: receive.maxNumberOfMessages ?? 1)
        case .sendMessageBatch(let send): Action.weight(entryCount: send.entries.count)
        case .deleteMessageBatch(let delete): Action.weight(entryCount: delete.entries.count)
        case .changeMessageVisibilityBatch(let change):
            Action.weight(entryCount: change.entries.count)
        case .listQueues(let list): 4 + min(max(list.maxResults ?? 1_000, 0), 1_000) / 8
        case .topic(.publish): 1
        case .topic(.publishBatch(let publish)): Action.weight(entryCount: publish.entries.count)
        case .topic(.listSubscriptions), .topic(.listSubscriptionsByTopic): 32
        default: 4 + byteCount / 128
        }
    }

    /// The weight of an action on so many messages, or on ten of more.
    private static func weight(entryCount: Int) -> Int { 1 + min(max(entryCount, 0), 10) / 4 }
}
