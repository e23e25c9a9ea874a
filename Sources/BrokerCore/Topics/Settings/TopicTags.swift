/// The tags of a topic, which have SNS's rules about errors.
extension QueueTags {
    /// The tags of a new topic.
    static func creatingTopic(
        _ tags: [(key: String, value: String)]
    ) throws(BrokerError) -> QueueTags {
        try QueueTags().taggedAsTopic(with: tags)
    }

    /// These tags after TagResource.
    func taggedAsTopic(
        with added: [(key: String, value: String)]
    ) throws(BrokerError) -> QueueTags {
        guard Set(added.map(\.key)).count == added.count else {
            throw BrokerError(
                .invalidParameter, "Invalid parameter: Duplicated keys are not allowed.")
        }
        var result = self
        for (key, value) in added {
            if let fault = Self.fault(key: key, value: value) {
                throw BrokerError(.invalidParameter, "Invalid parameter: Tags Reason: \(fault)")
            }
            if let index = result.tags.firstIndex(where: { $0.key == key }) {
                result.tags[index].value = value
            } else {
                result.tags.append(Tag(key: key, value: value))
            }
        }
        guard result.tags.count <= QueueLimits.tags else {
            throw BrokerError(
                .tagLimitExceeded,
                "Could not complete request: tag quota of per resource exceeded")
        }
        result.tags.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return result
    }

    /// Whether every one of `wanted` is among these.
    func contains(_ wanted: QueueTags) -> Bool { wanted.tags.allSatisfy { tags.contains($0) } }
}
