import Bytes

/// Writes fields as members of JSON objects.
struct JSONFieldWriter: FieldWriter {
    /// Whether maps become arrays of structures, as in the JSON rendering of an XML document.
    let rendersMapsAsLists: Bool
    var longTexts: LongTexts?
    private var needsComma = false

    init(rendersMapsAsLists: Bool = false) { self.rendersMapsAsLists = rendersMapsAsLists }

    private mutating func begin(_ name: StaticString, into writer: inout ByteWriter) {
        if needsComma { writer.append(Character.comma) }
        writer.append(0x22)
        writer.append(name)
        writer.append("\":")
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8, into writer: inout ByteWriter) {
        writer.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8, into writer: inout ByteWriter) {
        writer.append(bracket)
        needsComma = true
    }

    mutating func beginText(_ name: FieldName, into writer: inout ByteWriter) {
        begin(name.json, into: &writer)
        writer.append(0x22)
    }

    mutating func endText(_ name: FieldName, into writer: inout ByteWriter) { writer.append(0x22) }

    mutating func beginNumber(_ name: FieldName, into writer: inout ByteWriter) {
        begin(name.json, into: &writer)
    }

    mutating func endNumber(_ name: FieldName, into writer: inout ByteWriter) {}

    mutating func beginList(_ name: FieldName, into writer: inout ByteWriter) {
        begin(name.json, into: &writer)
        open(0x5B, into: &writer)
    }

    mutating func endList(_ name: FieldName, into writer: inout ByteWriter) {
        close(0x5D, into: &writer)
    }

    mutating func beginElement(_ list: FieldName, into writer: inout ByteWriter) {
        if needsComma { writer.append(Character.comma) }
        open(0x7B, into: &writer)
    }

    mutating func endElement(_ list: FieldName, into writer: inout ByteWriter) {
        close(0x7D, into: &writer)
    }

    mutating func element(_ list: FieldName, _ text: String, into writer: inout ByteWriter) {
        if needsComma { writer.append(Character.comma) }
        writer.append(0x22)
        write(text, into: &writer)
        writer.append(0x22)
        needsComma = true
    }

    mutating func beginMap(_ name: FieldName, into writer: inout ByteWriter) {
        begin(name.json, into: &writer)
        open(rendersMapsAsLists ? 0x5B : 0x7B, into: &writer)
    }

    mutating func endMap(_ name: FieldName, into writer: inout ByteWriter) {
        close(rendersMapsAsLists ? 0x5D : 0x7D, into: &writer)
    }

    private mutating func beginEntry(
        key: ByteView, pair: EntryNames, into writer: inout ByteWriter
    ) {
        if needsComma { writer.append(Character.comma) }
        if rendersMapsAsLists {
            open(0x7B, into: &writer)
            begin(pair.key, into: &writer)
            writer.append(jsonString: key)
            begin(pair.value, into: &writer)
        } else {
            writer.append(jsonString: key)
            writer.append(Character.colon)
        }
    }

    private mutating func endEntry(into writer: inout ByteWriter) {
        if rendersMapsAsLists { writer.append(0x7D) }
        needsComma = true
    }

    mutating func beginTextEntry(
        _ map: FieldName, key: ByteView, pair: EntryNames, into writer: inout ByteWriter
    ) {
        beginEntry(key: key, pair: pair, into: &writer)
        writer.append(0x22)
    }

    mutating func endTextEntry(
        _ map: FieldName, pair: EntryNames, into writer: inout ByteWriter
    ) {
        writer.append(0x22)
        endEntry(into: &writer)
    }

    mutating func beginStructureEntry(
        _ map: FieldName, key: ByteView, pair: EntryNames, into writer: inout ByteWriter
    ) {
        beginEntry(key: key, pair: pair, into: &writer)
        open(0x7B, into: &writer)
    }

    mutating func endStructureEntry(
        _ map: FieldName, pair: EntryNames, into writer: inout ByteWriter
    ) {
        close(0x7D, into: &writer)
        endEntry(into: &writer)
    }

    func write(_ text: ByteView, into writer: inout ByteWriter) {
        writer.append(jsonEscaped: text)
    }

    func write(_ text: String, into writer: inout ByteWriter) {
        text.withByteView { writer.append(jsonEscaped: $0) }
    }
}
