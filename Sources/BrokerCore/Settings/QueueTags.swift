/// The tags of a queue.
public struct QueueTags: Sendable, Equatable {
    /// One tag.
    public struct Tag: Sendable, Equatable {
        /// Case-sensitive and unique within the queue.
        public var key: String
        /// May be empty.
        public var value: String
    }

    /// The tags, ordered by the bytes of their keys.
    public internal(set) var tags: [Tag] = []

    /// No tags.
    public init() {}

    /// The tags of a new queue, of which there may be none. Later ones replace earlier ones of the
    /// same key.
    public static func creating(
        _ tags: [(key: String, value: String)], queueName: String
    ) throws(BrokerError) -> QueueTags {
        try QueueTags().merging(tags, queueName: queueName)
    }

    /// These tags after TagQueue.
    public func tagged(
        with tags: [(key: String, value: String)], queueName: String
    ) throws(BrokerError) -> QueueTags {
        guard !tags.isEmpty else { throw .missing(parameter: "Tags") }
        return try merging(tags, queueName: queueName)
    }

    /// These tags after UntagQueue. Keys that are not there are passed over.
    public func untagged(keys: [String]) throws(BrokerError) -> QueueTags {
        guard !keys.isEmpty else {
            throw BrokerError(
                .invalidParameterValue, "Tag keys must be between 1 and 128 characters in length.")
        }
        var result = self
        result.tags.removeAll { keys.contains($0.key) }
        return result
    }

    /// The tags as ListQueueTags shows them, ordered by key.
    public var list: [(key: String, value: String)] {
        tags.map { (key: $0.key, value: $0.value) }
    }

    private func merging(
        _ added: [(key: String, value: String)], queueName: String
    ) throws(BrokerError) -> QueueTags {
        var result = self
        for (key, value) in added {
            if let fault = Self.fault(key: key, value: value) {
                throw BrokerError(.invalidParameterValue, fault)
            }
            if let index = result.tags.firstIndex(where: { $0.key == key }) {
                result.tags[index].value = value
            } else {
                result.tags.append(Tag(key: key, value: value))
            }
            guard result.tags.count <= QueueLimits.tags else {
                throw BrokerError(
                    .invalidParameterValue, "Too many tags added for queue \(queueName).")
            }
        }
        result.tags.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return result
    }

    /// What is wrong with a tag; nil when nothing is.
    static func fault(key: String, value: String) -> String? {
        if !QueueLimits.tagKeyLength.contains(key.utf16.count) {
            "Tag keys must be between 1 and 128 characters in length."
        } else if !QueueLimits.tagValueLength.contains(value.utf16.count) {
            "Tag values must be between 0 and 256 characters in length."
        } else if key.lowercased().hasPrefix("aws:") {
            "Tag keys cannot start with the reserved prefix aws:."
        } else if !isPlain(key) {
            "Tag keys can only include letters, digits, white space and the characters "
                + "_ . : / = + - @."
        } else if !isPlain(value) {
            "Tag values can only include letters, digits, white space and the characters "
                + "_ . : / = + - @."
        } else {
            nil
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "_", ".", ":", "/", "=", "+", "-", "@", "\t": true
            // Looking a category up takes forty nanoseconds.
            case "a"..."z", "A"..."Z", "0"..."9", " ": true
            default:
                switch scalar.properties.generalCategory {
                case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter,
                    .otherLetter, .decimalNumber, .letterNumber, .otherNumber, .spaceSeparator,
                    .lineSeparator, .paragraphSeparator, .nonspacingMark, .spacingMark:
                    true
                default: false
                }
            }
        }
    }
}
