import Bytes

extension MutableByteView {
    /// Overwrites the bytes at the front with `bytes`, which are not more.
    func replaceFront(with bytes: ByteView) {
        precondition(bytes.count <= count, "what is copied has room")
        unsafe withUnsafeMutableBytes { target in
            // Safe because the target has room for them, and the two do not overlap: they belong to
            // different owners.
            unsafe bytes.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        }
    }
}
