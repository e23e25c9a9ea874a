/// What the clients need of answers in XML.
struct XMLText {
    private let text: Substring

    init(_ bytes: ArraySlice<UInt8>) { text = String(decoding: bytes, as: UTF8.self)[...] }
    private init(_ text: Substring) { self.text = text }

    /// What the first element `name` has inside; nil when there is none.
    subscript(name: String) -> String? {
        XMLText.inside(name, of: text).map { XMLText.plain($0.inside) }
    }

    /// The elements `name`, one after the other.
    func all(_ name: String) -> [XMLText] {
        var found: [XMLText] = []
        var rest = text
        while let (inside, behind) = XMLText.inside(name, of: rest) {
            found.append(XMLText(inside))
            rest = behind
        }
        return found
    }

    private static func inside(
        _ name: String, of text: Substring
    ) -> (inside: Substring, behind: Substring)? {
        guard let start = find("<\(name)>", in: text) else { return nil }
        let rest = text[start.upperBound...]
        guard let end = find("</\(name)>", in: rest) else { return nil }
        return (rest[..<end.lowerBound], rest[end.upperBound...])
    }

    private static func find(_ mark: String, in text: Substring) -> Range<Substring.Index>? {
        let bytes = Array(mark.utf8)
        let view = text.utf8
        var index = view.startIndex
        while let start = view[index...].firstIndex(of: bytes[0]) {
            if view[start...].starts(with: bytes) {
                return start..<view.index(start, offsetBy: bytes.count)
            }
            index = view.index(after: start)
        }
        return nil
    }

    private static func plain(_ text: Substring) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return String(text) }
        var plain = ""
        var rest = text
        while let mark = rest.firstIndex(of: "&"), let end = rest[mark...].firstIndex(of: ";") {
            plain += rest[..<mark]
            switch rest[rest.index(after: mark)..<end] {
            case "quot", "#34": plain += "\""
            case "lt": plain += "<"
            case "gt": plain += ">"
            case "apos", "#39": plain += "'"
            default: plain += "&"
            }
            rest = rest[rest.index(after: end)...]
        }
        return plain + rest
    }
}
