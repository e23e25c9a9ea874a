import BrokerCore
import Bytes

/// The most names of message attributes in one receive; a message has at most ten.
private let attributeNameLimit = 100

extension FieldReader {
    /// Adds the system attributes of the list here to `selection`; unknown names select nothing.
    mutating func readSystemAttributeNames(
        into selection: inout AttributeSelection
    ) throws(BrokerError) {
        var system = selection.system
        try readList { (reader: inout Self) throws(BrokerError) in
            if let name = try reader.readText() { system.formUnion(.init(named: name)) }
        }
        selection.system = system
    }

    /// Adds the message attributes of the list here to `selection`.
    ///
    /// `All`, `*` and `.*` select all, `prefix.*` those whose name begins so, anything else the one
    /// of that name. A name that no attribute can have selects nothing. The list is bounded, because
    /// it is kept for as long as the receive waits.
    mutating func readMessageAttributeNames(
        into selection: inout AttributeSelection
    ) throws(BrokerError) {
        var isAll = false
        var names: [[UInt8]] = []
        var prefixes: [[UInt8]] = []
        try readList { (reader: inout Self) throws(BrokerError) in
            guard let name = try reader.readText(), name.count <= 256 else { return }
            guard names.count + prefixes.count < attributeNameLimit else {
                throw BrokerError(
                    .invalidParameterValue,
                    "Number of message attribute names exceeds the allowed maximum "
                        + "[\(attributeNameLimit)].")
            }
            if name.is("All") || name.is("*") || name.is(".*") {
                isAll = true
            } else if name.hasSuffix(".*") {
                prefixes.append(name.prefix(name.count - 2).array)
            } else {
                names.append(name.array)
            }
        }
        if isAll {
            selection.message = .all
        } else if !names.isEmpty || !prefixes.isEmpty {
            selection.message = .some(names: names, prefixes: prefixes)
        }
    }
}

extension AttributeSelection.SystemAttributes {
    /// The attribute called `name` on the wire, all of them for `All`, none for an unknown name.
    init(named name: ByteView) {
        self = []
        if name.is("All") {
            self = .all
            return
        }
        for (attribute, wireName) in Self.wireNames where name.is(wireName) { self = attribute }
    }

    /// Every attribute and its name on the wire, in the order of an answer.
    static let wireNames: [(attribute: Self, name: StaticString)] = [
        (.senderID, "SenderId"),
        (.sentTimestamp, "SentTimestamp"),
        (.receiveCount, "ApproximateReceiveCount"),
        (.firstReceiveTimestamp, "ApproximateFirstReceiveTimestamp"),
        (.sequenceNumber, "SequenceNumber"),
        (.deduplicationID, "MessageDeduplicationId"),
        (.groupID, "MessageGroupId"),
        (.traceHeader, "AWSTraceHeader"),
        (.deadLetterQueueSourceARN, "DeadLetterQueueSourceArn"),
    ]
}

extension AttributeSelection.MessageAttributes {
    /// Whether the attribute called `name` is returned.
    func includes(_ name: ByteView) -> Bool {
        switch self {
        case .none: false
        case .all: true
        case .some(let names, let prefixes):
            names.contains { name.equals($0) } || prefixes.contains { name.begins(with: $0) }
        }
    }
}

extension ByteView {
    fileprivate func equals(_ bytes: [UInt8]) -> Bool {
        count == bytes.count && begins(with: bytes)
    }

    fileprivate func begins(with bytes: [UInt8]) -> Bool {
        guard count >= bytes.count else { return false }
        for index in 0..<bytes.count where self[index] != bytes[index] { return false }
        return true
    }
}
