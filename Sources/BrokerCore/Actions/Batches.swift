import Bytes

/// What the three batch actions have in common: AWS's checks of the batch as a whole.
enum Batches {
    /// The number of entries must be 1 to 10.
    static func checkCount(_ count: Int, entryName: String) throws(BrokerError) {
        guard count > 0 else {
            throw BrokerError(
                .emptyBatchRequest,
                "There should be at least one \(entryName) in the request.")
        }
        guard count <= Limits.batchEntries else {
            throw BrokerError(
                .tooManyEntriesInBatchRequest,
                "Maximum number of entries per request are \(Limits.batchEntries). You have sent "
                    + "\(count).")
        }
    }

    /// An entry's id: 1 to 80 of `[A-Za-z0-9_-]`.
    static func checkFormat(_ id: ByteView?) throws(BrokerError) -> ByteView {
        guard let id, !id.isEmpty, id.count <= Limits.batchEntryIDCharacters, hasIDCharacters(id)
        else {
            throw BrokerError(
                .invalidBatchEntryID,
                "A batch entry id can only contain alphanumeric characters, hyphens and "
                    + "underscores. It can be at most \(Limits.batchEntryIDCharacters) letters "
                    + "long.")
        }
        return id
    }

    private static func hasIDCharacters(_ id: ByteView) -> Bool {
        for index in 0..<id.count {
            switch id[index] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: continue
            default: return false
            }
        }
        return true
    }

    /// No two entries have the same id.
    static func checkDistinct(_ id: ByteView, among earlier: [ByteView]) throws(BrokerError) {
        for other in earlier where other == id {
            throw BrokerError(.batchEntryIDsNotDistinct, "Id \(id.string) repeated.")
        }
    }

    /// Puts the ids of a batch into `checked`, whose entries have nothing else to check as a whole.
    static func checkIDs<Entry>(
        of entries: [Entry], _ id: (Entry) -> ByteView?, into checked: inout [ByteView]
    ) throws(BrokerError) {
        checked.removeAll(keepingCapacity: true)
        for entry in entries {
            let id = try checkFormat(id(entry))
            try checkDistinct(id, among: checked)
            checked.append(id)
        }
    }
}
