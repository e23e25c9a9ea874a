import Bytes
import Testing

@testable import BrokerCore

/// The verbs of queues, of move tasks, and of the world around the broker.
extension Scenario {
    func performOnQueue(_ command: Command) throws -> [String] {
        switch command.verb {
        case "create": return try create(command)
        case "list", "sources": return try list(command)
        case "url":
            var get = GetQueueURL()
            get.name = try command.word(0)
            get.ownerAccountID = command["owner"]
            guard case .queue(let identity) = try perform(.getQueueURL(get)) else { return ["?"] }
            return [identity.arn]
        default: break
        }
        let name = try command.word(0)
        let queue = reference(name)
        switch command.verb {
        case "set":
            var set = SetQueueAttributes()
            set.queue = queue
            set.attributes = attributes(of: command)
            _ = try perform(.setQueueAttributes(set))
        case "purge":
            var purge = PurgeQueue()
            purge.queue = queue
            _ = try perform(.purgeQueue(purge))
        case "delete-queue":
            var delete = DeleteQueue()
            delete.queue = queue
            _ = try perform(.deleteQueue(delete))
        case "tag":
            var tag = TagQueue()
            tag.queue = queue
            tag.tags = command.values.map { (key: $0.name, value: $0.value) }
            _ = try perform(.tagQueue(tag))
        case "untag":
            var untag = UntagQueue()
            untag.queue = queue
            untag.keys = Array(command.words.dropFirst())
            _ = try perform(.untagQueue(untag))
        case "tags":
            var list = ListQueueTags()
            list.queue = queue
            guard case .tags(let tags) = try perform(.listQueueTags(list)) else { return ["?"] }
            return [tags.map { "\($0.key)=\($0.value)" }.joined(separator: " ")]
        case "permit":
            var add = AddPermission()
            add.queue = queue
            add.label = try command.word(1)
            add.accountIDs = [try command.word(2)]
            add.actions = Array(command.words.dropFirst(3))
            _ = try perform(.addPermission(add))
        case "forbid":
            var remove = RemovePermission()
            remove.queue = queue
            remove.label = try command.word(1)
            _ = try perform(.removePermission(remove))
        case "counts": return [try counts(of: name)]
        case "attributes":
            return try attributes(of: name, Array(command.words.dropFirst()))
                .map { "\($0.name) = \($0.value)" }
        default: throw Command.Malformed(reason: "'\(command.verb)' is no verb")
        }
        return ["ok"]
    }

    private func create(_ command: Command) throws -> [String] {
        var create = CreateQueue()
        create.name = try command.word(0)
        create.attributes = attributes(of: command)
        if command.words[0].hasSuffix(".fifo") {
            create.attributes.insert(("FifoQueue", "true"), at: 0)
        }
        for (name, value) in command.values where name.hasPrefix("tag:") {
            create.tags.append((String(name.dropFirst(4)), value))
        }
        _ = try perform(.createQueue(create))
        return ["ok"]
    }

    /// Attributes as named, with two shorthands: `redrive=NAME/COUNT` and `allow=NAME,NAME`.
    private func attributes(of command: Command) -> [(name: String, value: String)] {
        command.values.compactMap { name, value in
            switch name {
            case "redrive":
                let parts = value.split(separator: "/")
                guard parts.count == 2 else { return ("RedrivePolicy", value) }
                return (
                    "RedrivePolicy",
                    "{\"deadLetterTargetArn\":\"\(arn(String(parts[0])))\","
                        + "\"maxReceiveCount\":\(parts[1])}"
                )
            case "allow":
                if value == "denyAll" || value == "allowAll" {
                    return ("RedriveAllowPolicy", "{\"redrivePermission\":\"\(value)\"}")
                }
                let sources = value.split(separator: ",")
                    .map { "\"\(arn(String($0)))\"" }.joined(separator: ",")
                return (
                    "RedriveAllowPolicy",
                    "{\"redrivePermission\":\"byQueue\",\"sourceQueueArns\":[\(sources)]}"
                )
            case _ where name.hasPrefix("tag:"): return nil
            default: return (name, value)
            }
        }
    }

    func arn(_ name: String) -> String {
        QueueIdentity(account: caller.account, region: caller.region, name: name).arn
    }

    func attributes(of name: String, _ names: [String]) throws -> [(name: String, value: String)] {
        var get = GetQueueAttributes()
        get.queue = reference(name)
        get.attributeNames = names
        guard case .attributes(let list) = try perform(.getQueueAttributes(get)) else { return [] }
        return list
    }

    func counts(of name: String) throws -> String {
        let values = try attributes(
            of: name,
            [
                "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed",
                "ApproximateNumberOfMessagesNotVisible",
            ])
        let prefix = "ApproximateNumberOfMessages"
        let count = { (suffix: String) in
            values.first { $0.name == prefix + suffix }?.value ?? "?"
        }
        return "\(count("")) ready, \(count("Delayed")) delayed, \(count("NotVisible")) in flight"
    }

    private func list(_ command: Command) throws -> [String] {
        let token = command.words.last == "again" ? pageToken : command["token"]
        let outcome: Outcome
        if command.verb == "list" {
            var list = ListQueues()
            list.namePrefix = command["prefix"]
            list.maxResults = try command.integer("max")
            list.nextToken = token
            outcome = try perform(.listQueues(list))
        } else {
            var list = ListDeadLetterSourceQueues()
            list.queue = reference(try command.word(0))
            list.maxResults = try command.integer("max")
            list.nextToken = token
            outcome = try perform(.listDeadLetterSourceQueues(list))
        }
        guard case .queues(let queues, let nextToken) = outcome else { return ["?"] }
        pageToken = nextToken
        let names = queues.isEmpty ? "none" : queues.map(\.name).joined(separator: " ")
        return [nextToken == nil ? names : "\(names) …"]
    }

    // MARK: Move tasks

    func performMoveTask(_ command: Command) throws -> [String] {
        switch try command.word(0) {
        case "start":
            var start = StartMessageMoveTask()
            start.sourceARN = arn(try command.word(1))
            start.destinationARN = command["to"].map { arn($0) }
            start.maxNumberOfMessagesPerSecond = try command.integer("rate")
            guard case .moveTaskStarted(let handle) = try perform(.startMessageMoveTask(start))
            else { return ["?"] }
            let label = "t\(taskHandles.count + 1)"
            taskHandles[label] = handle
            return [label]
        case "cancel":
            var cancel = CancelMessageMoveTask()
            let name = try command.word(1)
            cancel.taskHandle = taskHandles[name] ?? name
            guard
                case .moveTaskCancelled(let count) = try perform(.cancelMessageMoveTask(cancel))
            else { return ["?"] }
            return ["\(count) moved"]
        default:
            var list = ListMessageMoveTasks()
            list.sourceARN = arn(try command.word(1))
            list.maxResults = try command.integer("max")
            guard case .moveTasks(let tasks) = try perform(.listMessageMoveTasks(list)) else {
                return ["?"]
            }
            return tasks.isEmpty ? ["none"] : tasks.map { describe($0) }
        }
    }

    // MARK: The world

    func performOnWorld(_ command: Command) throws -> [String] {
        switch command.verb {
        case "advance":
            world.advance(milliseconds: try Command.milliseconds(command.word(0)))
            return []
        case "leap":
            world.leap(milliseconds: try Command.milliseconds(command.word(0)))
            return []
        case "restart": try restart()
        case "snapshot":
            switch command.words.first {
            case "begin": world.beginSnapshot()
            case "step": world.continueSnapshot(upTo: 1)
            case "restart":
                world.finishSnapshot()
                try restart(fromSnapshot: true)
            default: throw Command.Malformed(reason: "snapshot begin, step or restart")
            }
        case "relocate":
            let count = world.relocate(Array(world.sink.records.indices))
            return ["\(count) relocated"]
        case "room": world.broker.acceptsMessages = try command.word(0) == "some"
        case "as":
            guard let account = AccountID(world.arena.view(try command.word(0))) else {
                throw Command.Malformed(reason: "an account has twelve digits")
            }
            caller = Caller(account: account, region: try command.word(1))
        case "broker":
            var configuration = BrokerConfiguration()
            configuration.enforcesSixtySecondRules = command["sixty-second-rules"] != "off"
            world = World(configuration: configuration)
        case "leave":
            if let token = token(of: try command.word(0)) {
                world.broker.cancelWaiter(token: token)
            }
        case "reset":
            world.broker.reset(token: 1, at: world.now, into: world.sink)
            world.tick()
        default:
            while world.broker.waitingReceiveCount > 0 {
                world.broker.releaseWaiters(at: world.now, into: world.sink)
            }
            world.tick()
        }
        return ["ok"]
    }

    func restart(fromSnapshot: Bool = false) throws {
        let acceptsMessages = world.broker.acceptsMessages
        if fromSnapshot { try world.restartFromSnapshot() } else { try world.restart() }
        world.broker.acceptsMessages = acceptsMessages
    }
}
