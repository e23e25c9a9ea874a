import CLinux

extension ByteWriter {
    /// Appends `text`, which is UTF-8, as XML content or the inside of an attribute.
    ///
    /// A carriage return is written as a reference, because a parser would make it a line feed.
    public mutating func append(xmlEscaped text: ByteView) {
        unsafe escape(text) { out, bytes, count in unsafe apus_xml_escape(out, bytes, count) }
    }
}
