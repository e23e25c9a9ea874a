import CLinux

extension ByteWriter {
    /// Appends `text`, which is UTF-8, as XML content or the inside of an attribute.
    ///
    /// A carriage return is written as a reference, because a parser would make it a line feed.
    public mutating func append(xmlEscaped text: ByteView) {
        var rest = text
        reserve(text.count)
        while true {
            // Safe because the scanner reads no more than the count it is given.
            let plain = unsafe rest.scan(apus_scan_xml_write)
            append(rest.prefix(plain))
            guard plain < rest.count else { return }
            switch rest[plain] {
            case 0x26: append("&amp;")
            case 0x3C: append("&lt;")
            case 0x3E: append("&gt;")
            case 0x22: append("&quot;")
            default: append("&#xD;")
            }
            rest = rest.dropFirst(plain + 1)
        }
    }
}
