import Bytes

/// Writes fields as XML elements; lists and maps are flat, as in all of SQS.
struct XMLFieldWriter: FieldWriter {
    var longTexts: LongTexts?

    private func open(_ name: StaticString, into writer: inout ByteWriter) {
        writer.append(0x3C)
        writer.append(name)
        writer.append(0x3E)
    }

    private func close(_ name: StaticString, into writer: inout ByteWriter) {
        writer.append("</")
        writer.append(name)
        writer.append(0x3E)
    }

    mutating func beginText(_ name: FieldName, into writer: inout ByteWriter) {
        open(name.xml, into: &writer)
    }

    mutating func endText(_ name: FieldName, into writer: inout ByteWriter) {
        close(name.xml, into: &writer)
    }

    mutating func beginNumber(_ name: FieldName, into writer: inout ByteWriter) {
        open(name.xml, into: &writer)
    }

    mutating func endNumber(_ name: FieldName, into writer: inout ByteWriter) {
        close(name.xml, into: &writer)
    }

    mutating func beginList(_ name: FieldName, into writer: inout ByteWriter) {}

    mutating func endList(_ name: FieldName, into writer: inout ByteWriter) {}

    mutating func beginElement(_ list: FieldName, into writer: inout ByteWriter) {
        open(list.xml, into: &writer)
    }

    mutating func endElement(_ list: FieldName, into writer: inout ByteWriter) {
        close(list.xml, into: &writer)
    }

    mutating func element(_ list: FieldName, _ text: String, into writer: inout ByteWriter) {
        open(list.xml, into: &writer)
        write(text, into: &writer)
        close(list.xml, into: &writer)
    }

    mutating func beginMap(_ name: FieldName, into writer: inout ByteWriter) {}

    mutating func endMap(_ name: FieldName, into writer: inout ByteWriter) {}

    mutating func beginTextEntry(
        _ map: FieldName, key: ByteView, pair: EntryNames, into writer: inout ByteWriter
    ) {
        open(map.xml, into: &writer)
        open(pair.key, into: &writer)
        write(key, into: &writer)
        close(pair.key, into: &writer)
        open(pair.value, into: &writer)
    }

    mutating func endTextEntry(
        _ map: FieldName, pair: EntryNames, into writer: inout ByteWriter
    ) {
        close(pair.value, into: &writer)
        close(map.xml, into: &writer)
    }

    mutating func beginStructureEntry(
        _ map: FieldName, key: ByteView, pair: EntryNames, into writer: inout ByteWriter
    ) {
        beginTextEntry(map, key: key, pair: pair, into: &writer)
    }

    mutating func endStructureEntry(
        _ map: FieldName, pair: EntryNames, into writer: inout ByteWriter
    ) {
        endTextEntry(map, pair: pair, into: &writer)
    }

    func write(_ text: ByteView, into writer: inout ByteWriter) {
        writer.append(xmlEscaped: text)
    }

    func write(_ text: String, into writer: inout ByteWriter) { writer.append(xmlText: text) }
}

extension ByteWriter {
    /// Appends a text that may quote what a client sent: characters that XML does not have at all,
    /// such as most control characters, are replaced by U+FFFD.
    mutating func append(xmlText text: String) {
        let isAllowed = text.withByteView { XMLCharacters.isAllowed($0) }
        let shown =
            isAllowed ? text : String(String.UnicodeScalarView(text.unicodeScalars.map(\.inXML)))
        shown.withByteView { append(xmlEscaped: $0) }
    }
}

extension Unicode.Scalar {
    fileprivate var inXML: Unicode.Scalar {
        switch value {
        case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: self
        default: "\u{FFFD}"
        }
    }
}
