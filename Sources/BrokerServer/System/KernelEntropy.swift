import Glibc

/// Randomness from the kernel.
enum KernelEntropy {
    /// 64 random bits.
    static func word() -> UInt64 {
        var word: UInt64 = 0
        // Safe because exactly the bytes of the variable are filled.
        let result = unsafe withUnsafeMutableBytes(of: &word) { buffer in
            unsafe getentropy(buffer.baseAddress.unsafelyUnwrapped, buffer.count)
        }
        precondition(result == 0, "the kernel always has randomness for so few bytes")
        return word
    }
}
