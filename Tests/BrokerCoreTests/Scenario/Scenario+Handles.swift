import Bytes

@testable import BrokerCore

/// The verbs that finish a delivery.
extension Scenario {
    func performOnHandles(_ command: Command) throws -> [String] {
        let queue = reference(try command.word(0))
        switch command.verb {
        case "delete":
            for handle in try handles(command.word(1)) {
                var delete = DeleteMessage()
                delete.queue = queue
                delete.receiptHandle = handle
                _ = try perform(.deleteMessage(delete))
            }
            return ["ok"]
        case "visibility":
            for handle in try handles(command.word(1)) {
                var change = ChangeMessageVisibility()
                change.queue = queue
                change.receiptHandle = handle
                change.visibilityTimeout = Int(try command.word(2))
                _ = try perform(.changeMessageVisibility(change))
            }
            return ["ok"]
        case "delete-batch":
            var batch = DeleteMessageBatch()
            batch.queue = queue
            for part in command.entries {
                var entry = DeleteMessageBatch.Entry()
                entry.id = part["id"].map { world.arena.view($0) }
                entry.receiptHandle = try handles(part.word(0))[0]
                batch.entries.append(entry)
            }
            return describe(batch: try perform(.deleteMessageBatch(batch)))
        default:
            var batch = ChangeMessageVisibilityBatch()
            batch.queue = queue
            for part in command.entries {
                var entry = ChangeMessageVisibilityBatch.Entry()
                entry.id = part["id"].map { world.arena.view($0) }
                entry.receiptHandle = try handles(part.word(0))[0]
                entry.visibilityTimeout = Int(try part.word(1))
                batch.entries.append(entry)
            }
            return describe(batch: try perform(.changeMessageVisibilityBatch(batch)))
        }
    }

    /// A label, a range of labels (`h1..h9`), `-` for none, or the text of a handle.
    private func handles(_ text: String) -> [ByteView?] {
        if text == "-" { return [nil] }
        let ends = text.split(separator: ".", omittingEmptySubsequences: true)
        if text.contains(".."), ends.count == 2, let first = Int(ends[0].dropFirst()),
            let last = Int(ends[1].dropFirst())
        {
            return (first...last).map { world.arena.view(handleTexts["h\($0)"] ?? "?") }
        }
        return [world.arena.view(handleTexts[text] ?? text)]
    }
}
