/// Changing the bytes of values that own them.
extension [UInt8] {
    /// Calls `body` with a view to change the array's bytes through, which must not escape.
    public mutating func withMutableByteView<Result>(
        _ body: (MutableByteView) -> Result
    ) -> Result {
        unsafe withUnsafeMutableBufferPointer { bytes in
            // Safe because the bytes stay where they are until `body` has returned.
            unsafe body(MutableByteView(unsafeStart: bytes.baseAddress, count: bytes.count))
        }
    }
}
