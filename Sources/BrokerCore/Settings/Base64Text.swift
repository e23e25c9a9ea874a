import Bytes

/// Base64 of text, for the opaque tokens of the control plane.
enum Base64Text {
    /// The base64 of the text's UTF-8.
    static func encode(_ text: String) -> String {
        var plain = ByteWriter()
        plain.append(text)
        var encoded = ByteWriter()
        encoded.append(base64: plain.view)
        return encoded.view.string
    }

    /// The text whose base64 this is; nil when it is not the base64 of any.
    static func decode(_ text: String) -> String? {
        var encoded = ByteWriter()
        encoded.append(text)
        var plain = ByteWriter()
        guard Base64.decode(encoded.view, into: &plain) else { return nil }
        return String(validating: plain.array, as: UTF8.self)
    }
}
