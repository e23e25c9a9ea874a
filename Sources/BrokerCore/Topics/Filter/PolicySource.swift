/// The text of a policy, and AWS's way to say where in it something is wrong.
struct PolicySource {
    /// As many characters of the text are shown.
    private static let shownCharacters = 500

    let text: String
    let bytes: [UInt8]

    init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    /// A refusal of what a well-formed policy says, found when `offset` had been reached.
    func fault(_ message: String, at offset: Int) -> FilterPolicyError {
        let units = text.utf16
        let shown = String(decoding: units.prefix(Self.shownCharacters), as: UTF16.self)
        let hidden = units.count - Self.shownCharacters
        let cut = hidden > 0 ? "[truncated \(hidden) chars]" : ""
        return FilterPolicyError(
            "\(message)\n at [Source: (String)\"\(shown)\"\(cut); \(place(offset))]")
    }

    /// A refusal of a text that is no JSON, for what stands at `offset`.
    func malformed(_ message: String, at offset: Int) -> FilterPolicyError {
        FilterPolicyError(
            "failed to parse JSON. \(message)\n at [\(hiddenSource); \(place(offset))]")
    }

    /// A refusal of a text that ends too early.
    func unfinished(_ what: String) -> FilterPolicyError {
        malformed("Unexpected end-of-input\(what)", at: bytes.count)
    }

    /// Where a container began, as it is said when its end is missing.
    func startMarker(_ offset: Int) -> String {
        "(start marker at [\(hiddenSource); \(place(offset))])"
    }

    /// The character at `offset` as AWS's parser names it.
    func character(at offset: Int) -> String {
        let rest = String(decoding: bytes[offset..<min(offset + 4, bytes.count)], as: UTF8.self)
        guard let unit = rest.utf16.first else { return "" }
        if unit < 0x20 { return "(CTRL-CHAR, code \(unit))" }
        let shown = String(decoding: [unit], as: UTF16.self)
        guard unit > 255 else { return "'\(shown)' (code \(unit))" }
        return "'\(shown)' (code \(unit) / 0x\(String(unit, radix: 16)))"
    }

    private var hiddenSource: String {
        "Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)"
    }

    /// Lines and columns count from 1, columns in UTF-16 units.
    private func place(_ offset: Int) -> String {
        var line = 1
        var lineStart = 0
        for index in 0..<min(offset, bytes.count) {
            let endsLine =
                bytes[index] == 0x0A
                || (bytes[index] == 0x0D && (index + 1 == bytes.count || bytes[index + 1] != 0x0A))
            guard endsLine else { continue }
            line += 1
            lineStart = index + 1
        }
        let before = String(decoding: bytes[lineStart..<min(offset, bytes.count)], as: UTF8.self)
        return "line: \(line), column: \(before.utf16.count + 1)"
    }
}
