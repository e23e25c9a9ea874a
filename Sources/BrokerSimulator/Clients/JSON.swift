/// A JSON value as the simulated clients read it. Shares no code with the broker, so that a fault in
/// its reader or writer is seen.
indirect enum JSON {
    case null
    case bool(Bool)
    case number(String)
    case text(String)
    case list([JSON])
    case object([(name: String, value: JSON)])

    /// The member `name`; nil when there is none.
    subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The member `name` as text.
    func text(_ name: String) -> String? {
        if case .text(let text)? = self[name] { text } else { nil }
    }

    /// The integer that it is, or that it is the text of.
    var integer: Int? {
        switch self {
        case .number(let digits), .text(let digits): Int(digits)
        default: nil
        }
    }

    /// The member `name` as a list; empty when there is none.
    func list(_ name: String) -> [JSON] {
        if case .list(let list)? = self[name] { list } else { [] }
    }

    /// The value that `bytes` are; nil when they are none.
    init?(_ bytes: ArraySlice<UInt8>) {
        var reader = Reader(rest: bytes)
        guard let value = reader.value(), reader.isAtEnd else { return nil }
        self = value
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        var isAtEnd: Bool {
            mutating get {
                skipSpace()
                return rest.isEmpty
            }
        }

        mutating func skipSpace() {
            while let byte = rest.first, byte == 32 || byte == 10 || byte == 13 || byte == 9 {
                rest.removeFirst()
            }
        }

        mutating func takes(_ byte: Character) -> Bool {
            skipSpace()
            guard rest.first == byte.asciiValue else { return false }
            rest.removeFirst()
            return true
        }

        mutating func takes(word: String) -> Bool {
            guard rest.starts(with: word.utf8) else { return false }
            rest.removeFirst(word.utf8.count)
            return true
        }

        mutating func value() -> JSON? {
            skipSpace()
            switch rest.first {
            case UInt8(ascii: "{"): return object()
            case UInt8(ascii: "["): return list()
            case UInt8(ascii: "\""): return text().map { .text($0) }
            case UInt8(ascii: "t"): return takes(word: "true") ? .bool(true) : nil
            case UInt8(ascii: "f"): return takes(word: "false") ? .bool(false) : nil
            case UInt8(ascii: "n"): return takes(word: "null") ? .null : nil
            default:
                let digits = rest.prefix { "+-.0123456789eE".utf8.contains($0) }
                rest = rest[digits.endIndex...]
                return digits.isEmpty ? nil : .number(String(decoding: digits, as: UTF8.self))
            }
        }

        private mutating func object() -> JSON? {
            rest.removeFirst()
            var members: [(name: String, value: JSON)] = []
            if takes("}") { return .object(members) }
            repeat {
                skipSpace()
                guard let name = text(), takes(":"), let value = value() else { return nil }
                members.append((name, value))
            } while takes(",")
            return takes("}") ? .object(members) : nil
        }

        private mutating func list() -> JSON? {
            rest.removeFirst()
            var elements: [JSON] = []
            if takes("]") { return .list(elements) }
            repeat {
                guard let element = value() else { return nil }
                elements.append(element)
            } while takes(",")
            return takes("]") ? .list(elements) : nil
        }

        private mutating func text() -> String? {
            guard rest.first == UInt8(ascii: "\"") else { return nil }
            rest.removeFirst()
            var text = ""
            while true {
                let plain = rest.prefix { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
                text += String(decoding: plain, as: UTF8.self)
                rest = rest[plain.endIndex...]
                switch rest.popFirst() {
                case UInt8(ascii: "\""): return text
                case .some:
                    guard let escaped = escape() else { return nil }
                    text += escaped
                case nil: return nil
                }
            }
        }

        private mutating func escape() -> String? {
            guard let byte = rest.popFirst() else { return nil }
            switch byte {
            case UInt8(ascii: "n"): return "\n"
            case UInt8(ascii: "r"): return "\r"
            case UInt8(ascii: "t"): return "\t"
            case UInt8(ascii: "b"): return "\u{8}"
            case UInt8(ascii: "f"): return "\u{c}"
            case UInt8(ascii: "u"):
                let digits = String(decoding: rest.prefix(4), as: UTF8.self)
                rest = rest.dropFirst(4)
                return UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init).map { String($0) }
            default: return String(decoding: [byte], as: UTF8.self)
            }
        }
    }
}
