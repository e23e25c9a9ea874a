import Bytes
import Glibc

/// Whole small files, such as those of /proc and a generated configuration.
enum SmallFile {
    /// The text of the file, or nil when it cannot be read.
    static func text(_ path: String) -> String? {
        let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let descriptor = Descriptor(number)
        var bytes: [UInt8] = []
        while true {
            var count = 0
            let part = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, initialized in
                // Safe because the buffer's own address and count are passed.
                count = unsafe read(descriptor.number, buffer.baseAddress, buffer.count)
                initialized = max(0, count)
            }
            guard count > 0 else { break }
            bytes += part
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the file is there and may be run.
    static func isExecutable(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }

    /// Writes a new file.
    static func write(_ text: String, to path: String) throws(SystemError) {
        let number = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard number >= 0 else { throw SystemError("open \(path)") }
        let descriptor = Descriptor(number)
        var writer = ByteWriter()
        writer.append(text)
        let written = unsafe writer.view.withUnsafeBytes { buffer in
            // Safe because the buffer's own address and count are passed.
            unsafe Glibc.write(descriptor.number, buffer.baseAddress, buffer.count)
        }
        guard written == writer.count else { throw SystemError("write \(path)") }
    }

    /// The names in a directory, without the two dots.
    static func names(in path: String) -> [String] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            // Safe because d_name is a terminated string within the entry.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
