import BrokerCore
import Bytes

/// Reads fields from the JSON document of a request, undoing escapes where they stand.
struct JSONFieldReader: FieldReader {
    /// The most elements of a list and entries of a map, far beyond what any action takes, so that
    /// a small document does not become a large array.
    static let elementLimit = 2048

    private let text: MutableByteView
    private var reader: JSONReader

    /// A reader at the value that `text` is; an empty text is a structure without members.
    init(_ text: MutableByteView) {
        self.text = text
        reader = JSONReader(text)
    }

    mutating func readStructure(
        _ member: (inout JSONFieldReader, ByteView) throws(BrokerError) -> Void
    ) throws(BrokerError) {
        guard try begin(.object) else { return }
        while let name = try pull({ reader throws(JSONError) in try reader.nextKey() }) {
            let before = reader.offset
            try member(&self, name)
            if reader.offset == before { try skip() }
        }
    }

    mutating func readList(
        _ element: (inout JSONFieldReader) throws(BrokerError) -> Void
    ) throws(BrokerError) {
        guard try begin(.array) else { return }
        var count = 0
        while try pull({ reader throws(JSONError) in try reader.nextElement() }) {
            let before = reader.offset
            try Self.checkLimit(&count)
            try element(&self)
            if reader.offset == before { try skip() }
        }
    }

    mutating func readMap(
        _ entry: (inout JSONFieldReader, ByteView) throws(BrokerError) -> Void
    ) throws(BrokerError) {
        var count = 0
        try readStructure { (reader: inout JSONFieldReader, key) throws(BrokerError) in
            try Self.checkLimit(&count)
            try entry(&reader, key)
        }
    }

    private static func checkLimit(_ count: inout Int) throws(BrokerError) {
        count += 1
        guard count <= elementLimit else {
            throw BrokerError(.serialization, "A list has more than \(elementLimit) elements")
        }
    }

    mutating func readText() throws(BrokerError) -> ByteView? {
        guard try isPresent(.string, named: "String") else { return nil }
        return try pull { reader throws(JSONError) in try reader.string() }
    }

    mutating func readBinary() throws(BrokerError) -> ByteView? {
        guard try isPresent(.string, named: "Blob") else { return nil }
        // The text stands behind the quote, and unescaping leaves its beginning where it is.
        let start = reader.offset + 1
        let length = try pull { reader throws(JSONError) in try reader.string() }.count
        let value = text[start..<start + length]
        guard let count = Base64.decode(value.view, to: value) else {
            throw BrokerError(.serialization, "Invalid base64 in a binary value")
        }
        return value[0..<count].view
    }

    mutating func readInteger() throws(BrokerError) -> Int? {
        guard try isPresent(.number, named: "Integer") else { return nil }
        let number = try pull { reader throws(JSONError) in try reader.number() }
        guard let whole = number.wholeValue else {
            throw BrokerError(
                .serialization, "\(number.raw.string) can not be converted to an Integer")
        }
        return Int(whole)
    }

    /// Refuses anything after the document.
    mutating func finish() throws(BrokerError) {
        guard !text.isEmpty else { return }
        try pull { reader throws(JSONError) in try reader.finish() }
    }

    private mutating func skip() throws(BrokerError) {
        try pull { reader throws(JSONError) in try reader.skipValue() }
    }

    /// Enters the object or array here; false when null stands here instead.
    private mutating func begin(_ kind: JSONKind) throws(BrokerError) -> Bool {
        guard !text.isEmpty else { return false }
        let name = kind == .object ? "Structure" : "List"
        guard try isPresent(kind, named: name) else { return false }
        try pull { reader throws(JSONError) in
            if kind == .object { try reader.beginObject() } else { try reader.beginArray() }
        }
        return true
    }

    /// Whether a value of `kind` stands here rather than null; any other value is refused.
    private mutating func isPresent(
        _ kind: JSONKind, named name: String
    ) throws(BrokerError) -> Bool {
        let found = try pull { reader throws(JSONError) in try reader.peek() }
        if found == kind { return true }
        guard found != .null else {
            try skip()
            return false
        }
        switch found {
        case .object:
            throw BrokerError(
                .serialization, "Start of structure or map found where not expected.")
        case .array:
            throw BrokerError(.serialization, "Start of list found where not expected.")
        case .string, .number, .true, .false, .null:
            throw BrokerError(
                .serialization, "\(found.valueName) can not be converted to \(name.withArticle)")
        }
    }

    /// Runs one step of the JSON reader; a malformed document is refused.
    private mutating func pull<Value>(
        _ step: (inout JSONReader) throws(JSONError) -> Value
    ) throws(BrokerError) -> Value {
        do {
            return try step(&reader)
        } catch {
            throw BrokerError(.serialization, "The request is no valid JSON document.")
        }
    }
}

extension JSONKind {
    /// The kind as AWS names it in a refusal.
    fileprivate var valueName: String {
        switch self {
        case .string: "STRING_VALUE"
        case .number: "NUMBER_VALUE"
        case .true: "TRUE_VALUE"
        case .false: "FALSE_VALUE"
        case .object, .array, .null: "VALUE"
        }
    }
}

extension String {
    fileprivate var withArticle: String { self == "Integer" ? "an \(self)" : "a \(self)" }
}
