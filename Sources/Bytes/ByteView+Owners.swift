/// Looking at the bytes of values that own them.
extension String {
    /// Calls `body` with a view of the text's UTF-8 bytes, which must not escape.
    public func withByteView<Result>(_ body: (ByteView) -> Result) -> Result {
        var text = self
        return text.withUTF8 { bytes in
            // Safe because the bytes stay where they are until `body` has returned.
            unsafe body(ByteView(unsafeStart: bytes.baseAddress, count: bytes.count))
        }
    }
}

extension [UInt8] {
    /// Calls `body` with a view of the array's bytes, which must not escape.
    public func withByteView<Result>(_ body: (ByteView) -> Result) -> Result {
        unsafe withUnsafeBufferPointer { bytes in
            // Safe because the bytes stay where they are until `body` has returned.
            unsafe body(ByteView(unsafeStart: bytes.baseAddress, count: bytes.count))
        }
    }
}
