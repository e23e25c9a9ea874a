import Glibc

/// Text for the terminal.
enum StandardOutput {
    /// Writes `text` to standard output.
    static func write(_ text: String) { write(text, to: 1) }

    /// Writes one line to standard error.
    static func complain(_ line: String) { write("apus: " + line + "\n", to: 2) }

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = Descriptor.retrying {
                    // Safe because the kernel reads only the bytes of the text.
                    unsafe Glibc.write(
                        descriptor, bytes.baseAddress.unsafelyUnwrapped + written,
                        bytes.count - written)
                }
                guard count > 0 else { return }
                written += count
            }
        }
    }
}
