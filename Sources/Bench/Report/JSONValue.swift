import Bytes

/// A value of JSON, for programs that read what was measured.
enum JSONValue {
    case null
    case number(Double, digits: Int)
    case text(String)
    case list([JSONValue])
    case object([(String, JSONValue)])

    /// A whole number.
    static func count(_ value: Int) -> JSONValue { .number(Double(value), digits: 0) }

    /// A number that may be missing.
    static func optional(_ value: Double?, digits: Int) -> JSONValue {
        value.map { .number($0, digits: digits) } ?? .null
    }

    /// As it is written, on one line.
    var written: String {
        switch self {
        case .null: "null"
        case .number(let value, let digits): value.isFinite ? fixed(value, digits) : "null"
        case .text(let text): JSONValue.quoted(text)
        case .list(let values): "[\(values.map(\.written).joined(separator: ","))]"
        case .object(let members):
            "{\(members.map { "\(JSONValue.quoted($0.0)):\($0.1.written)" }.joined(separator: ","))}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var writer = ByteWriter()
        text.withByteView { writer.append(jsonString: $0) }
        return writer.view.string
    }
}
