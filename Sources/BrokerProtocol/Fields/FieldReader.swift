import BrokerCore
import Bytes

/// Reads the fields of a request, whichever protocol they are written in.
///
/// The reader stands at a value. A structure, a list or a map hands its parts to a closure with the
/// reader standing at each part; parts the closure does not read are passed over. A value that is
/// absent, or null, is read as nil. The wrong kind of value is refused as AWS refuses it.
protocol FieldReader {
    /// Hands over each member of the structure here by its name.
    mutating func readStructure(
        _ member: (inout Self, ByteView) throws(BrokerError) -> Void
    ) throws(BrokerError)

    /// Hands over each element of the list here, in order.
    mutating func readList(
        _ element: (inout Self) throws(BrokerError) -> Void
    ) throws(BrokerError)

    /// Hands over each value of the map here by its key, in the order sent.
    mutating func readMap(
        _ entry: (inout Self, ByteView) throws(BrokerError) -> Void
    ) throws(BrokerError)

    /// The text here, as UTF-8.
    mutating func readText() throws(BrokerError) -> ByteView?

    /// The bytes here, which are sent in base64.
    mutating func readBinary() throws(BrokerError) -> ByteView?

    /// The integer here.
    mutating func readInteger() throws(BrokerError) -> Int?
}

extension FieldReader {
    /// The text here as a string.
    mutating func readString() throws(BrokerError) -> String? {
        try readText()?.string
    }

    /// The texts of the list here.
    mutating func readStrings() throws(BrokerError) -> [String] {
        var strings: [String] = []
        try readList { (reader: inout Self) throws(BrokerError) in
            if let string = try reader.readString() { strings.append(string) }
        }
        return strings
    }
}

/// An action whose fields can be read.
protocol ActionFields: Sendable {
    init()

    /// Reads the member `name`; a name the action does not know is passed over.
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError)
}

/// An action on the queue that its QueueUrl or the request's path names.
protocol QueueActionFields: ActionFields {
    var queue: QueueReference? { get set }
}
