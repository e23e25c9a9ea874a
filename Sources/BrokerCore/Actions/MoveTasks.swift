import Bytes

/// A task that moves the messages of a dead-letter queue.
struct MoveTask {
    var number: UInt32
    var id: MessageID
    var source: QueueIdentity
    /// Nil when each message goes back to the queue it came from.
    var destination: QueueIdentity?
    /// Messages per second; nil for as fast as tasks go.
    var rate: Int?
    var startedAt: Timestamp
    /// When it began, on the broker's clock.
    var startInstant: Instant
    var status: MoveTaskDescription.Status = .running
    var movedCount = 0
    /// Messages in the source when the task began.
    var toMoveCount: Int
    var failureReason: String?

    func description() -> MoveTaskDescription {
        MoveTaskDescription(
            taskHandle: status == .running
                ? MoveTaskHandle(taskID: id, sourceARN: source.arn).text : nil,
            status: status, sourceARN: source.arn, destinationARN: destination?.arn,
            maxNumberOfMessagesPerSecond: rate, approximateNumberOfMessagesMoved: movedCount,
            approximateNumberOfMessagesToMove: toMoveCount, failureReason: failureReason,
            startedAt: startedAt)
    }
}

/// The move tasks that are running or remembered.
struct MoveTasks {
    /// In order of their start.
    var list: [MoveTask] = []
    var nextNumber: UInt32 = 1

    /// Where the task `number` stands in the list. O(log n).
    func index(of number: UInt32) -> Int? {
        var low = 0
        var high = list.count
        while low < high {
            let middle = (low + high) / 2
            if list[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < list.count && list[low].number == number ? low : nil
    }
}

/// StartMessageMoveTask, CancelMessageMoveTask, ListMessageMoveTasks.
extension Broker {
    mutating func perform(
        _ start: StartMessageMoveTask, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) -> Outcome {
        guard let arn = start.sourceARN else { throw .missing(parameter: "SourceArn") }
        guard let source = queue(named: arn) else { throw Self.missingResource("SourceArn") }
        let destination = try destination(start.destinationARN, for: source)
        guard redriveSources[digest(of: source.identity)] != nil else {
            throw BrokerError(
                .invalidParameterValue, "Source queue must be configured as a Dead Letter Queue.")
        }
        if let rate = start.maxNumberOfMessagesPerSecond,
            rate < 1 || rate > Limits.moveTaskMessagesPerSecond
        {
            throw .invalidValue(
                String(rate), parameter: "MaxNumberOfMessagesPerSecond",
                reason: "Must be between 1 and \(Limits.moveTaskMessagesPerSecond), if provided.")
        }
        let running = tasks.list.filter { $0.status == .running }
        guard !running.contains(where: { $0.source == source.identity }) else {
            throw BrokerError(
                .invalidParameterValue,
                "There is already a task running. Only one active task is allowed for a source "
                    + "queue arn at a given time.")
        }
        let ofAccount = running.filter { $0.source.account == source.identity.account }
        guard ofAccount.count < Limits.moveTasksPerAccount else {
            throw BrokerError(
                .overLimit,
                "The maximum number of active message movement tasks of the account is "
                    + "\(Limits.moveTasksPerAccount).")
        }
        let task = MoveTask(
            number: tasks.nextNumber, id: entropy.nextMessageID(), source: source.identity,
            destination: destination, rate: start.maxNumberOfMessagesPerSecond,
            startedAt: now.timestamp, startInstant: now.instant,
            toMoveCount: source.backlog.readyCount)
        beginRecord(at: now)
        task.encode(to: &scratch)
        endRecord(.moveTaskStarted, into: sink)
        applyMoveTaskStarted(task)
        return .moveTaskStarted(
            handle: MoveTaskHandle(taskID: task.id, sourceARN: task.source.arn).text)
    }

    private func destination(
        _ arn: String?, for source: Queue
    ) throws(BrokerError) -> QueueIdentity? {
        guard let arn else { return nil }
        guard let destination = queue(named: arn) else {
            throw Self.missingResource("DestinationArn")
        }
        guard destination !== source else {
            throw BrokerError(
                .invalidParameterValue, "Source queue arn and destination queue arn are the same.")
        }
        guard destination.settings.isFIFO == source.settings.isFIFO else {
            throw BrokerError(
                .invalidParameterValue,
                "Source queue and destination queue must be of the same type.")
        }
        return destination.identity
    }

    private static func missingResource(_ parameter: String) -> BrokerError {
        BrokerError(
            .resourceNotFound,
            "The resource that you specified for the \(parameter) parameter doesn't exist.")
    }

    mutating func applyMoveTaskStarted(_ task: MoveTask) {
        let older = tasks.list.filter { $0.source == task.source }
        if older.count >= Limits.moveTasksListed {
            let oldest = older[0].number
            tasks.list.removeAll { $0.number == oldest }
        }
        tasks.list.append(task)
        tasks.nextNumber = task.number + 1
        _ = chores.schedule(
            at: task.startInstant.milliseconds, payload: Chore.moveTask.payload(task.number))
    }

    mutating func perform(
        _ cancel: CancelMessageMoveTask, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) -> Outcome {
        let handle = try MoveTaskHandle(parsing: cancel.taskHandle)
        guard queue(named: handle.sourceARN) != nil else {
            throw Self.missingResource("SourceArn")
        }
        guard let index = tasks.list.firstIndex(where: { $0.id == handle.taskID }) else {
            throw BrokerError(.resourceNotFound, "Task does not exist.")
        }
        guard tasks.list[index].status == .running else {
            throw BrokerError(
                .invalidParameterValue, "Only active tasks can be cancelled.")
        }
        end(task: tasks.list[index].number, .cancelled, nil, at: now, into: sink)
        return .moveTaskCancelled(
            approximateNumberOfMessagesMoved: tasks.list[index].movedCount)
    }

    func perform(_ list: ListMessageMoveTasks) throws(BrokerError) -> [MoveTaskDescription] {
        guard let arn = list.sourceARN else { throw .missing(parameter: "SourceArn") }
        guard let source = queue(named: arn) else { throw Self.missingResource("SourceArn") }
        let limit = list.maxResults ?? 1
        guard limit >= 1, limit <= Limits.moveTasksListed else {
            throw .invalidValue(
                String(limit), parameter: "MaxResults",
                reason: "Must be between 1 and \(Limits.moveTasksListed), if provided.")
        }
        return tasks.list.reversed().filter { $0.source == source.identity }
            .prefix(limit).map { $0.description() }
    }

    // MARK: Moving

    /// Moves as many messages as the task's rate allows by now, up to a tenth of a second's worth.
    mutating func step(task number: UInt32, at now: Moment, into sink: any RecordSink) {
        guard let index = tasks.index(of: number), tasks.list[index].status == .running else {
            return
        }
        let task = tasks.list[index]
        let rate = task.rate ?? Limits.moveTaskMessagesPerSecond
        let elapsed = now.instant.milliseconds - task.startInstant.milliseconds
        let allowed = 1 + Int(elapsed) * rate / 1000
        var left = min(allowed - task.movedCount, max(1, rate / 10))
        while left > 0 {
            guard let source = queue(of: task.source) else {
                end(
                    task: number, .failed, "AWS.SimpleQueueService.NonExistentQueue", at: now,
                    into: sink)
                return
            }
            guard move(from: source, by: task, at: now, into: sink) else { return }
            left -= 1
        }
        guard elapsed < UInt64(Limits.moveTaskSeconds) * 1000 else {
            end(task: number, .failed, "TaskTimedOut", at: now, into: sink)
            return
        }
        _ = chores.schedule(
            at: now.instant.milliseconds + Limits.moveTaskStepMilliseconds,
            payload: Chore.moveTask.payload(number))
    }

    /// Moves the next ready message; false when that ended the task.
    private mutating func move(
        from source: Queue, by task: MoveTask, at now: Moment, into sink: any RecordSink
    ) -> Bool {
        guard expire(source, at: now, into: sink) else { return true }
        // Looking for the next message brings up to date which lanes are noisy.
        touch(source.backlog)
        let slot = nextToMove(in: source, at: now)
        guard slot != 0 else {
            end(task: task.number, .completed, nil, at: now, into: sink)
            return false
        }
        let delivery = store.messages[slot].delivery
        let origin =
            delivery == 0
            ? nil : deadLetterSources[Int(store.deliveries[delivery].deadLetterSource)]
        guard let identity = task.destination ?? origin else {
            end(task: task.number, .failed, "CouldNotDetermineMessageSource", at: now, into: sink)
            return false
        }
        guard let target = queue(of: identity),
            target.settings.isFIFO == source.settings.isFIFO
        else {
            end(
                task: task.number, .failed, "AWS.SimpleQueueService.NonExistentQueue", at: now,
                into: sink)
            return false
        }
        let id = entropy.nextMessageID()
        beginRecord(at: now)
        scratch.append(littleEndian: task.number)
        scratch.append(littleEndian: source.backlog.number)
        scratch.append(littleEndian: slot)
        scratch.append(littleEndian: target.number)
        scratch.append(littleEndian: id.high)
        scratch.append(littleEndian: id.low)
        endRecord(.messageMoved, into: sink)
        applyMoved(slot, from: source, to: target, id: id, by: task.number, at: now)
        return true
    }

    private func nextToMove(in source: Queue, at now: Moment) -> UInt32 {
        guard source.settings.isFIFO else {
            return store.nextReady(in: source.backlog, at: now.instant)
        }
        let group = firstReceivable(in: source, at: now.instant)
        return group == 0 ? 0 : store.groups[group].head
    }

    /// The ready message of a `messageMoved` record is in another queue, as if it were new: with
    /// another identifier, sent now, never received.
    mutating func applyMoved(
        _ slot: UInt32, from source: Queue, to target: Queue, id: MessageID, by task: UInt32,
        at now: Moment
    ) {
        touch(source.backlog)
        touch(target.backlog)
        let group = store.digest(of: store.messages[slot].group, in: source.backlog)
        store.detach(slot, at: now.instant, from: source.backlog)
        let delivery = store.delivery(of: slot)
        var fresh = DeliverySlot()
        fresh.message = slot
        fresh.replacedHigh = id.high
        fresh.replacedLow = id.low
        fresh.replacedTimestamp = now.timestamp.milliseconds
        store.deliveries[delivery] = fresh
        store.messages[slot].flags.formIntersection(.published)
        store.messages[slot].flags.insert(.replaced)
        // Receives are counted anew, so an earlier handle must not fit one of them.
        store.messages[slot].generation &+= 1
        store.messages[slot].receivesBefore = 0
        store.messages[slot].sentAt = now.instant.milliseconds
        arrive(slot, group: group, in: target)
        if source.settings.isFIFO { mayServe(source) }
        if let index = tasks.index(of: task) { tasks.list[index].movedCount += 1 }
    }

    private mutating func end(
        task number: UInt32, _ status: MoveTaskDescription.Status, _ failureReason: String?,
        at now: Moment, into sink: any RecordSink
    ) {
        beginRecord(at: now)
        scratch.append(littleEndian: number)
        scratch.append(counted: status.rawValue)
        scratch.append(counted: failureReason ?? "")
        endRecord(.moveTaskEnded, into: sink)
        applyMoveTaskEnded(number, status, failureReason)
    }

    mutating func applyMoveTaskEnded(
        _ number: UInt32, _ status: MoveTaskDescription.Status, _ failureReason: String?
    ) {
        guard let index = tasks.index(of: number) else { return }
        tasks.list[index].status = status
        tasks.list[index].failureReason = failureReason
    }
}
