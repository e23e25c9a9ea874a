import Bytes

extension Broker {
    /// Refuses an action, or carries it out and records what it changed.
    ///
    /// - Parameters:
    ///   - caller: Who asks, in which account and region.
    ///   - now: The clocks of this tick; `advance(to: now)` came before.
    ///   - token: By which `takeAnswers` names a receive that had to wait, and
    ///     `takeFinishedPublishes` each publish that goes on: while `unfinishedPublishCount` has
    ///     grown, the answer is not true yet.
    ///   - sink: Takes the records. The answer is true once they are durable.
    /// - Throws: The refusal; then nothing has changed.
    public mutating func perform(
        _ action: Action, from caller: Caller, at now: Moment, token: UInt64,
        into sink: any RecordSink
    ) throws(BrokerError) -> Outcome {
        switch action {
        case .sendMessage(let send):
            return .sent(try perform(send, from: caller, at: now, into: sink))
        case .sendMessageBatch(let send):
            return .sentBatch(try perform(send, from: caller, at: now, into: sink))
        case .receiveMessage(let receive):
            return try perform(receive, at: now, token: token, into: sink)
        case .deleteMessage(let delete):
            try perform(delete, at: now, into: sink)
            return .done
        case .deleteMessageBatch(let delete):
            return .batch(try perform(delete, at: now, into: sink))
        case .changeMessageVisibility(let change):
            try perform(change, at: now, into: sink)
            return .done
        case .changeMessageVisibilityBatch(let change):
            return .batch(try perform(change, at: now, into: sink))
        case .topic(let action):
            return .topic(
                try perform(action, from: caller, at: now, token: token, into: sink))
        default:
            return try performOnQueue(action, from: caller, at: now, into: sink)
        }
    }

    /// The actions on queues rather than messages.
    private mutating func performOnQueue(
        _ action: Action, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) -> Outcome {
        switch action {
        case .createQueue(let create):
            return .queue(try perform(create, from: caller, at: now, into: sink))
        case .deleteQueue(let delete):
            try perform(delete, at: now, into: sink)
            return .done
        case .purgeQueue(let purge):
            try perform(purge, at: now, into: sink)
            return .done
        case .getQueueURL(let get):
            return .queue(try perform(get, from: caller))
        case .listQueues(let list):
            return try perform(list, from: caller)
        case .listDeadLetterSourceQueues(let list):
            return try perform(list)
        case .getQueueAttributes(let get):
            return .attributes(try perform(get))
        case .setQueueAttributes(let set):
            try perform(set, at: now, into: sink)
            return .done
        case .addPermission(let add):
            try perform(add, at: now, into: sink)
            return .done
        case .removePermission(let remove):
            try perform(remove, at: now, into: sink)
            return .done
        case .tagQueue(let tag):
            try perform(tag, at: now, into: sink)
            return .done
        case .untagQueue(let untag):
            try perform(untag, at: now, into: sink)
            return .done
        case .listQueueTags(let list):
            return .tags(try queue(list.queue).tagList)
        case .startMessageMoveTask(let start):
            return try perform(start, at: now, into: sink)
        case .cancelMessageMoveTask(let cancel):
            return try perform(cancel, at: now, into: sink)
        case .listMessageMoveTasks(let list):
            return .moveTasks(try perform(list))
        default:
            preconditionFailure("actions on messages are performed before")
        }
    }
}
