import Bytes

/// What a client names a move task by: base64 of `{"taskId":…,"sourceArn":…}`.
public struct MoveTaskHandle: Sendable, Equatable {
    /// The task, shown as a UUID; nil when the handle names one that cannot be ours.
    public let taskID: MessageID?
    /// The dead-letter queue whose messages are moved.
    public let sourceARN: String

    /// The handle of the task `taskID` that moves from `sourceARN`.
    public init(taskID: MessageID, sourceARN: String) {
        self.taskID = taskID
        self.sourceARN = sourceARN
    }

    /// The handle as clients see it.
    public var text: String {
        Base64Text.encode(
            JSONValue.object([
                JSONValue.Member("taskId", .string(taskID.map(Self.uuid) ?? "")),
                JSONValue.Member("sourceArn", .string(sourceARN)),
            ]).description)
    }

    /// Reads a handle; refuses what has not the form of one. Whether its source and its task are
    /// there is another question, with answers of their own.
    public init(parsing text: String?) throws(BrokerError) {
        guard let text, !text.isEmpty else { throw .missing(parameter: "TaskHandle") }
        guard let json = Base64Text.decode(text).flatMap({ JSONValue(parsing: $0) }),
            let taskID = json["taskId"]?.text, let sourceARN = json["sourceArn"]?.text
        else {
            throw BrokerError(
                .invalidParameterValue, "Value for parameter TaskHandle is invalid.")
        }
        self.taskID = Self.taskID(uuid: taskID)
        self.sourceARN = sourceARN
    }

    private static func uuid(_ id: MessageID) -> String {
        let digits = [id.high, id.low].map { half in
            let text = String(half, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }.joined()
        var result = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { result += "-" }
            result.append(digit)
        }
        return result
    }

    private static func taskID(uuid text: String) -> MessageID? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12],
            parts.allSatisfy({ $0.allSatisfy(\.isHexDigit) })
        else { return nil }
        let digits = parts.joined()
        guard let high = UInt64(digits.prefix(16), radix: 16),
            let low = UInt64(digits.suffix(16), radix: 16)
        else { return nil }
        return MessageID(high: high, low: low)
    }
}
