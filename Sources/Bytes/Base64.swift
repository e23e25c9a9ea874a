extension ByteWriter {
    /// Appends `bytes` in padded base64 (RFC 4648, section 4).
    public mutating func append(base64 bytes: ByteView) {
        let alphabet = ByteView("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        reserve((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let first = UInt32(bytes[index])
            let second = index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0
            let third = index + 2 < bytes.count ? UInt32(bytes[index + 2]) : 0
            let group = first << 16 | second << 8 | third
            append(alphabet[Int(group >> 18 & 63)])
            append(alphabet[Int(group >> 12 & 63)])
            append(index + 1 < bytes.count ? alphabet[Int(group >> 6 & 63)] : 0x3D)
            append(index + 2 < bytes.count ? alphabet[Int(group & 63)] : 0x3D)
            index += 3
        }
    }
}
