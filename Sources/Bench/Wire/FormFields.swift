import Bytes

/// The body of a request of the query protocol.
enum FormFields {
    /// `Action=…&Version=…` and the fields after them.
    static func body(
        _ service: RequestWriter.Service, _ action: String, _ fields: [(String, String)]
    ) -> String {
        let words = [("Action", action), ("Version", service.version)] + fields
        return words.map { "\($0)=\(coded($1))" }.joined(separator: "&")
    }

    /// The text with everything but letters, digits and `-._~` as `%XX`.
    static func coded(_ text: String) -> String {
        var writer = ByteWriter(capacity: text.utf8.count + 16)
        text.withByteView { writer.append(percentEncoded: $0) }
        return writer.view.string
    }
}
