import Bytes

/// The name of a field in an answer, in JSON and in XML.
struct FieldName {
    let json: StaticString
    /// A list has no element of its own in XML: this is the name of each of its elements.
    let xml: StaticString

    init(_ name: StaticString) {
        json = name
        xml = name
    }

    init(_ json: StaticString, xml: StaticString) {
        self.json = json
        self.xml = xml
    }
}

/// Writes the fields of an answer, whichever format it is written in.
///
/// Values are written between `beginText` or `beginNumber` and its end, so that the bytes of a
/// message go into the response without a stop. The document around is the encoder's.
protocol FieldWriter {
    /// Where the long texts of a message are noted that are written later; nil when none are.
    var longTexts: LongTexts? { get }
    mutating func beginText(_ name: FieldName, into writer: inout ByteWriter)
    mutating func endText(_ name: FieldName, into writer: inout ByteWriter)
    /// A number or a truth value: bare in JSON.
    mutating func beginNumber(_ name: FieldName, into writer: inout ByteWriter)
    mutating func endNumber(_ name: FieldName, into writer: inout ByteWriter)
    mutating func beginList(_ name: FieldName, into writer: inout ByteWriter)
    mutating func endList(_ name: FieldName, into writer: inout ByteWriter)
    /// An element that is a structure.
    mutating func beginElement(_ list: FieldName, into writer: inout ByteWriter)
    mutating func endElement(_ list: FieldName, into writer: inout ByteWriter)
    /// An element that is a text.
    mutating func element(_ list: FieldName, _ text: String, into writer: inout ByteWriter)
    mutating func beginMap(_ name: FieldName, into writer: inout ByteWriter)
    mutating func endMap(_ name: FieldName, into writer: inout ByteWriter)
    /// An entry whose value is a text; `pair` names key and value where they are elements.
    mutating func beginTextEntry(
        _ map: FieldName, key: ByteView, pair: EntryNames, into writer: inout ByteWriter)
    mutating func endTextEntry(
        _ map: FieldName, pair: EntryNames, into writer: inout ByteWriter)
    /// An entry whose value is a structure.
    mutating func beginStructureEntry(
        _ map: FieldName, key: ByteView, pair: EntryNames, into writer: inout ByteWriter)
    mutating func endStructureEntry(
        _ map: FieldName, pair: EntryNames, into writer: inout ByteWriter)
    /// Text of a message, escaped; its characters were checked when it was sent.
    func write(_ text: ByteView, into writer: inout ByteWriter)
    /// Any other text, escaped.
    func write(_ text: String, into writer: inout ByteWriter)
}

/// What key and value of a map's entry are called where they are elements.
struct EntryNames {
    let key: StaticString
    let value: StaticString

    static let nameValue = EntryNames(key: "Name", value: "Value")
    static let keyValue = EntryNames(key: "Key", value: "Value")
}

extension FieldWriter {
    mutating func text(_ name: FieldName, _ text: ByteView, into writer: inout ByteWriter) {
        beginText(name, into: &writer)
        write(text, into: &writer)
        endText(name, into: &writer)
    }

    mutating func text(_ name: FieldName, _ text: String, into writer: inout ByteWriter) {
        beginText(name, into: &writer)
        write(text, into: &writer)
        endText(name, into: &writer)
    }

    mutating func digest(_ name: FieldName, _ digest: MD5Digest, into writer: inout ByteWriter) {
        beginText(name, into: &writer)
        writer.append(hexLittleEndian: digest.first)
        writer.append(hexLittleEndian: digest.second)
        endText(name, into: &writer)
    }

    mutating func identifier(
        _ name: FieldName, high: UInt64, low: UInt64, into writer: inout ByteWriter
    ) {
        beginText(name, into: &writer)
        writer.append(uuid: high, low: low)
        endText(name, into: &writer)
    }

    mutating func sequenceNumber(
        _ name: FieldName, _ number: UInt64, into writer: inout ByteWriter
    ) {
        beginText(name, into: &writer)
        writer.append(sequenceNumber: number)
        endText(name, into: &writer)
    }

    mutating func number(_ name: FieldName, _ number: Int, into writer: inout ByteWriter) {
        beginNumber(name, into: &writer)
        writer.append(decimal: number)
        endNumber(name, into: &writer)
    }

    mutating func truth(_ name: FieldName, _ truth: Bool, into writer: inout ByteWriter) {
        beginNumber(name, into: &writer)
        writer.append(truth ? "true" : "false")
        endNumber(name, into: &writer)
    }

    mutating func entries(
        _ name: FieldName, _ entries: [(String, String)], pair: EntryNames,
        into writer: inout ByteWriter
    ) {
        beginMap(name, into: &writer)
        for (key, value) in entries {
            key.withByteView { key in
                beginTextEntry(name, key: key, pair: pair, into: &writer)
            }
            write(value, into: &writer)
            endTextEntry(name, pair: pair, into: &writer)
        }
        endMap(name, into: &writer)
    }
}

extension ByteWriter {
    /// Appends a sequence number: twenty digits.
    mutating func append(sequenceNumber number: UInt64) {
        var zeros = 19
        var rest = number / 10
        while rest > 0 {
            zeros -= 1
            rest /= 10
        }
        for _ in 0..<zeros { append(Character.zero) }
        append(decimal: number)
    }
}
