import BrokerCore
import Bytes

/// Writes the JSON documents that notifications travel in, member by member.
struct DocumentWriter {
    /// How the document is laid out.
    enum Layout {
        /// As AWS lays out envelopes: a line for each member, blanks around colons.
        case lines
        /// Without any white space.
        case compact
    }

    let layout: Layout
    private var isFirst = true

    init(_ layout: Layout) { self.layout = layout }

    func begin(into writer: inout ByteWriter) { writer.append(0x7B) }

    func end(into writer: inout ByteWriter) {
        writer.append(layout == .lines ? "\n}" : "}")
    }

    /// Appends everything of a member that stands before its value.
    mutating func beginMember(_ name: StaticString, into writer: inout ByteWriter) {
        if !isFirst { writer.append(Character.comma) }
        isFirst = false
        writer.append(layout == .lines ? "\n  \"" : "\"")
        writer.append(name)
        writer.append(layout == .lines ? "\" : " : "\":")
    }

    mutating func text(_ name: StaticString, _ text: ByteView, into writer: inout ByteWriter) {
        beginMember(name, into: &writer)
        writer.append(jsonString: text)
    }

    mutating func text(_ name: StaticString, _ text: String, into writer: inout ByteWriter) {
        beginMember(name, into: &writer)
        text.withByteView { writer.append(jsonString: $0) }
    }

    mutating func null(_ name: StaticString, into writer: inout ByteWriter) {
        beginMember(name, into: &writer)
        writer.append("null")
    }

    mutating func identifier(
        _ name: StaticString, _ id: MessageID, into writer: inout ByteWriter
    ) {
        beginMember(name, into: &writer)
        writer.append(0x22)
        writer.append(uuid: id.high, low: id.low)
        writer.append(0x22)
    }

    mutating func time(
        _ name: StaticString, _ time: Timestamp, into writer: inout ByteWriter
    ) {
        beginMember(name, into: &writer)
        writer.append(0x22)
        writer.append(time: time)
        writer.append(0x22)
    }

    mutating func sequenceNumber(
        _ name: StaticString, _ number: UInt64, into writer: inout ByteWriter
    ) {
        beginMember(name, into: &writer)
        writer.append(0x22)
        writer.append(sequenceNumber: number)
        writer.append(0x22)
    }

    /// Appends message attributes by name, each with its type and value, binary ones in base64.
    mutating func attributes(
        _ name: StaticString, _ attributes: StoredAttributes, into writer: inout ByteWriter
    ) {
        beginMember(name, into: &writer)
        writer.append(0x7B)
        var needsComma = false
        for attribute in attributes {
            if needsComma { writer.append(Character.comma) }
            needsComma = true
            if layout == .lines { writer.append("\n    ") }
            writer.append(jsonString: attribute.name)
            writer.append(layout == .lines ? " : {\"Type\":" : ":{\"Type\":")
            writer.append(jsonString: attribute.dataType)
            writer.append(",\"Value\":\"")
            if attribute.isBinary {
                writer.append(base64: attribute.value)
            } else {
                writer.append(jsonEscaped: attribute.value)
            }
            writer.append("\"}")
        }
        if layout == .lines, needsComma { writer.append("\n  ") }
        writer.append(0x7D)
    }
}

extension ByteWriter {
    /// Appends a time as notifications show it: `2026-11-21T03:15:00.123Z`.
    mutating func append(time: Timestamp) {
        append(calendar: time.milliseconds)
        append(0x5A as UInt8)
    }

    /// Appends one field of a text to be signed: its name and its value, a line each.
    mutating func append(signed name: StaticString, _ value: ByteView) {
        append(name)
        append(Character.lineFeed)
        append(value)
        append(Character.lineFeed)
    }

    mutating func append(signed name: StaticString, _ value: String) {
        value.withByteView { append(signed: name, $0) }
    }

    mutating func append(signed name: StaticString, _ id: MessageID) {
        append(name)
        append(Character.lineFeed)
        append(uuid: id.high, low: id.low)
        append(Character.lineFeed)
    }

    mutating func append(signed name: StaticString, _ time: Timestamp) {
        append(name)
        append(Character.lineFeed)
        append(time: time)
        append(Character.lineFeed)
    }
}
