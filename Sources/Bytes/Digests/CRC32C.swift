import CLinux

/// The checksum of the journal: CRC32C (Castagnoli).
public enum CRC32C {
    /// The checksum of `bytes`, or of bytes that end with `bytes` when `continuing` is the checksum
    /// of those before. By the processor's instructions where it has them, else by tables.
    public static func checksum(_ bytes: ByteView, continuing: UInt32 = 0) -> UInt32 {
        unsafe bytes.withUnsafeBytes { buffer in
            // Safe because the function reads `count` bytes, and none of an empty view.
            unsafe apus_crc32c(
                continuing, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), buffer.count)
        }
    }

    /// The same by tables, on every processor.
    static func portableChecksum(_ bytes: ByteView, continuing: UInt32 = 0) -> UInt32 {
        unsafe bytes.withUnsafeBytes { buffer in
            // Safe because the function reads `count` bytes, and none of an empty view.
            unsafe apus_crc32c_portable(
                continuing, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), buffer.count)
        }
    }
}
