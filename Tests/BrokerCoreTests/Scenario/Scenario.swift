import Bytes
import Testing

@testable import BrokerCore

/// Plays a transcript: gives its commands to a broker and says what came of them.
///
/// Identifiers, sequence numbers, receipt handles, waiting receives and move tasks appear under
/// labels (m1, s1, h1, w1, t1) in the order in which they first come up.
final class Scenario {
    var world = World()
    var caller = Caller(account: .anonymous, region: "us-east-1")
    private var messageLabels: [MessageID: String] = [:]
    private var sequenceLabels: [UInt64: String] = [:]
    private(set) var handleLabels: [String: String] = [:]
    private(set) var handleTexts: [String: String] = [:]
    private var waiterLabels: [UInt64: String] = [:]
    private var waiterCount = 0
    var taskHandles: [String: String] = [:]
    var subscriptionLabels: [String: String] = [:]
    /// What to show of the receives that wait, by token.
    private var isShowing: [UInt64: Bool] = [:]
    /// The token of the latest page of a list.
    var pageToken: String?

    /// Runs one line; refusals are output, too.
    func run(_ line: String) throws -> [String] {
        let command = try Command(parsing: line)
        var output: [String]
        do {
            output = try perform(command)
        } catch let error as BrokerError {
            output = [describe(error)]
        }
        return output + takeAnswers()
    }

    private func perform(_ command: Command) throws -> [String] {
        switch command.verb {
        case "send", "send-batch", "send-many", "crowd": return try performSend(command)
        case "receive", "receive-many": return try performReceive(command)
        case "delete", "delete-batch", "visibility", "visibility-batch":
            return try performOnHandles(command)
        case "move-task": return try performMoveTask(command)
        case "advance", "leap", "restart", "snapshot", "relocate", "room", "as", "broker",
            "leave", "release-waiters", "reset":
            return try performOnWorld(command)
        default:
            return try performPublishing(command) ?? performTopics(command)
                ?? performOnQueue(command)
        }
    }

    func perform(_ action: Action) throws -> Outcome {
        try world.perform(action, from: caller).outcome
    }

    func reference(_ name: String) -> QueueReference? {
        name == "-" ? nil : world.reference(name, caller)
    }

    // MARK: Sending

    private func performSend(_ command: Command) throws -> [String] {
        let queue = try command.word(0)
        switch command.verb {
        case "send":
            var send = SendMessage()
            send.queue = reference(queue)
            send.message = try draft(command, body: 1)
            guard case .sent(let sent) = try perform(.sendMessage(send)) else { return ["?"] }
            return [describe(sent, of: send.message)]
        case "send-many":
            let count = Int(try command.word(1)) ?? 0
            for number in 1...count {
                var send = SendMessage()
                send.queue = reference(queue)
                send.message = try draft(command, body: 2)
                let body = try command.word(2)
                send.message.body = world.arena.view("\(body)\(number)")
                if send.queue != nil, queue.hasSuffix(".fifo") {
                    send.message.deduplicationID = world.arena.view("\(body)\(number)")
                }
                _ = try perform(.sendMessage(send))
            }
            return ["\(count) sent"]
        case "crowd": return try crowd(queue, Int(try command.word(1)) ?? 0)
        default:
            var batch = SendMessageBatch()
            batch.queue = reference(queue)
            for part in command.entries {
                var entry = SendMessageBatch.Entry()
                entry.id = part["id"].map { world.arena.view($0) }
                entry.message = try draft(part, body: 0)
                batch.entries.append(entry)
            }
            guard case .sentBatch(let results) = try perform(.sendMessageBatch(batch)) else {
                return ["?"]
            }
            return zip(results, batch.entries).map { result, entry in
                switch result.result {
                case .success(let sent):
                    return "\(result.id.string): \(describe(sent, of: entry.message))"
                case .failure(let error): return "\(result.id.string): \(describe(error))"
                }
            }
        }
    }

    /// Sends so many messages and receives them, ten at a time. Their handles get no labels, except
    /// the first.
    private func crowd(_ queue: String, _ count: Int) throws -> [String] {
        var entry = SendMessageBatch.Entry()
        entry.message.body = "x"
        var batch = SendMessageBatch()
        batch.queue = reference(queue)
        for id in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] as [StaticString] {
            entry.id = ByteView(id)
            batch.entries.append(entry)
        }
        var receive = ReceiveMessage()
        receive.queue = batch.queue
        receive.maxNumberOfMessages = 10
        for number in 0..<count / 10 {
            if queue.hasSuffix(".fifo") {
                // A group for each receive, because the earlier ones are locked.
                for index in batch.entries.indices {
                    let id = world.arena.view("\(number)-\(index)")
                    batch.entries[index].message.deduplicationID = id
                    batch.entries[index].message.groupID = world.arena.view("\(number)")
                }
            }
            _ = try perform(.sendMessageBatch(batch))
            guard case .received(let messages) = try perform(.receiveMessage(receive)),
                messages.count == 10
            else { return ["?"] }
            if handleLabels.isEmpty { _ = label(messages[0].receiptHandle) }
        }
        return ["\(count) in flight"]
    }

    func draft(_ command: Command, body index: Int) throws -> MessageDraft {
        var draft = MessageDraft()
        if index < command.words.count { draft.body = world.arena.view(command.words[index]) }
        if let size = try command.integer("size") {
            draft.body = world.arena.view([UInt8](repeating: 0x78, count: size))
        }
        draft.groupID = command["group"].map { world.arena.view($0) }
        draft.deduplicationID = command["dedup"].map { world.arena.view($0) }
        draft.delaySeconds = try command.integer("delay")
        draft.traceHeader = command["trace-header"].map { world.arena.view($0) }
        for (name, value) in command.values where name.hasPrefix("attr:") {
            draft.attributes.append(attribute(String(name.dropFirst(5)), value))
        }
        for (name, value) in command.values where name.hasPrefix("system:") {
            draft.systemAttributes.append(attribute(String(name.dropFirst(7)), value))
        }
        return draft
    }

    /// `Type:value`; a type that begins with Binary takes the value's bytes, unless the value
    /// begins with `text:`. A value alone has no type, a type alone no value.
    private func attribute(_ name: String, _ text: String) -> MessageAttribute {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let type = String(parts[0])
        var attribute = MessageAttribute(name: world.arena.view(name))
        attribute.dataType = type.isEmpty ? nil : world.arena.view(type)
        guard parts.count == 2 else { return attribute }
        let value = String(parts[1])
        if value.hasPrefix("bytes:") {
            attribute.value = .binary(world.arena.view(String(value.dropFirst(6))))
        } else if value == "list" {
            attribute.value = .list
        } else {
            attribute.value = .string(world.arena.view(value))
        }
        return attribute
    }

    // MARK: Receiving

    private func performReceive(_ command: Command) throws -> [String] {
        if command.verb == "receive-many" { return try receiveMany(command) }
        var receive = ReceiveMessage()
        receive.queue = reference(try command.word(0))
        receive.maxNumberOfMessages = try command.integer("max")
        receive.visibilityTimeout = try command.integer("timeout")
        receive.waitTimeSeconds = try command.integer("wait")
        receive.receiveRequestAttemptID = command["attempt"].map { world.arena.view($0) }
        let (outcome, token) = try world.perform(.receiveMessage(receive), from: caller)
        let isDetailed = command.words.contains("show")
        if case .received(let messages) = outcome {
            return try describe(messages, isDetailed: isDetailed)
        }
        waiterCount += 1
        let label = "w\(waiterCount)"
        waiterLabels[token] = label
        isShowing[token] = isDetailed
        return ["\(label) waits"]
    }

    /// Receives one at a time and says whose they were: runs of equal group identifiers.
    private func receiveMany(_ command: Command) throws -> [String] {
        var runs: [(group: String, count: Int)] = []
        for _ in 0..<(Int(try command.word(1)) ?? 0) {
            var receive = ReceiveMessage()
            receive.queue = reference(try command.word(0))
            receive.visibilityTimeout = try command.integer("timeout")
            guard case .received(let messages) = try perform(.receiveMessage(receive)),
                let message = messages.first
            else { break }
            _ = label(message.receiptHandle)
            let group = try world.message(message).groupID.string
            let name = group.isEmpty ? "no group" : group
            if runs.last?.group == name {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((name, 1))
            }
        }
        if runs.isEmpty { return ["nothing"] }
        return [runs.map { "\($0.count) of \($0.group)" }.joined(separator: ", ")]
    }

    private func takeAnswers() -> [String] {
        var lines: [String] = []
        for (token, result) in world.answers {
            let name = waiterLabels[token] ?? "?"
            switch result {
            case .success(.received(let messages)):
                let output = try? describe(messages, isDetailed: isShowing[token] ?? false)
                lines += (output ?? ["?"]).map { "\(name): \($0)" }
            case .success: lines.append("\(name): ?")
            case .failure(let error): lines.append("\(name): \(describe(error))")
            }
        }
        world.answers = []
        return lines
    }

    func token(of waiter: String) -> UInt64? {
        waiterLabels.first { $0.value == waiter }?.key
    }

    // MARK: Labels

    func label(_ id: MessageID) -> String {
        if let label = messageLabels[id] { return label }
        let label = "m\(messageLabels.count + 1)"
        messageLabels[id] = label
        return label
    }

    func label(sequence: UInt64) -> String {
        if let label = sequenceLabels[sequence] { return label }
        let label = "s\(sequenceLabels.count + 1)"
        sequenceLabels[sequence] = label
        return label
    }

    func label(_ handle: ReceiptHandle) -> String {
        let text = World.text(handle)
        if let label = handleLabels[text] { return label }
        let label = "h\(handleLabels.count + 1)"
        handleLabels[text] = label
        handleTexts[label] = text
        return label
    }
}
