import Bytes

/// Writes fields as XML elements as SNS does: lists and maps have an element of their own, whose
/// elements are called `member` and `entry`.
struct NestedXMLFieldWriter: FieldWriter {
    /// What is empty has no address, and the thread sanitizer looks at the address of everything
    /// that is passed on to be changed (Swift 6.3).
    private var place: UInt8 = 0
    var longTexts: LongTexts? { nil }

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

    mutating func beginList(_ name: FieldName, into writer: inout ByteWriter) {
        open(name.xml, into: &writer)
    }

    mutating func endList(_ name: FieldName, into writer: inout ByteWriter) {
        close(name.xml, into: &writer)
    }

    mutating func beginElement(_ list: FieldName, into writer: inout ByteWriter) {
        writer.append("<member>")
    }

    mutating func endElement(_ list: FieldName, into writer: inout ByteWriter) {
        writer.append("</member>")
    }

    mutating func element(_ list: FieldName, _ text: String, into writer: inout ByteWriter) {
        writer.append("<member>")
        write(text, into: &writer)
        writer.append("</member>")
    }

    mutating func beginMap(_ name: FieldName, into writer: inout ByteWriter) {
        open(name.xml, into: &writer)
    }

    mutating func endMap(_ name: FieldName, into writer: inout ByteWriter) {
        close(name.xml, into: &writer)
    }

    mutating func beginTextEntry(
        _ map: FieldName, key: ByteView, pair: EntryNames, into writer: inout ByteWriter
    ) {
        writer.append("<entry><key>")
        write(key, into: &writer)
        writer.append("</key><value>")
    }

    mutating func endTextEntry(
        _ map: FieldName, pair: EntryNames, into writer: inout ByteWriter
    ) {
        writer.append("</value></entry>")
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
