/// The rules of queue names.
public enum QueueName {
    /// The ending of a FIFO queue's name, and of no other's.
    public static let suffixOfFIFO = ".fifo"

    /// Checks the name of a queue about to be created.
    public static func validate(_ name: String, isFIFO: Bool) throws(BrokerError) {
        guard !name.isEmpty else {
            throw BrokerError(.invalidParameterValue, "Queue name cannot be empty")
        }
        guard isFIFO else {
            guard isPlain(name) else {
                throw BrokerError(
                    .invalidParameterValue,
                    "Can only include alphanumeric characters, hyphens, or underscores. "
                        + "1 to 80 in length")
            }
            return
        }
        guard name.hasSuffix(suffixOfFIFO), name.utf8.count <= QueueLimits.nameLength.upperBound,
            isPlain(name.dropLast(suffixOfFIFO.count))
        else {
            throw BrokerError(
                .invalidParameterValue,
                "The name of a FIFO queue can only include alphanumeric characters, hyphens, or "
                    + "underscores, must end with .fifo suffix and be 1 to 80 in length.")
        }
    }

    /// Whether `name` is 1 to 80 letters, digits, hyphens and underscores, all ASCII.
    static func isPlain(_ name: some StringProtocol) -> Bool {
        QueueLimits.nameLength.contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
