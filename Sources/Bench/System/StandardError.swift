import Bytes
import Glibc

/// Text for people, beside the output that other programs may read.
struct StandardError: TextOutputStream {
    mutating func write(_ text: String) {
        text.withByteView { view in
            unsafe view.withUnsafeBytes { buffer in
                // Safe because the buffer's own address and count are passed.
                _ = unsafe Glibc.write(2, buffer.baseAddress, buffer.count)
            }
        }
    }
}
