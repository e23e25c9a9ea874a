import Bytes
import Glibc

/// A file of lines that grows to a limit; then it becomes `<name>.1` and a new one begins.
final class BoundedLogFile {
    private let path: String
    private let limit: UInt64
    private var file: File
    private var byteCount: UInt64

    /// Opens or creates the file at `path`.
    init(path: String, limit: UInt64 = 64 << 20) throws(SystemError) {
        self.path = path
        self.limit = limit
        (file, byteCount) = try BoundedLogFile.open(path)
    }

    /// Adds `line` and its end.
    func append(line: ByteView) throws(SystemError) {
        if byteCount > 0, byteCount + UInt64(line.count) >= limit {
            try File.rename(path, to: path + ".1")
            (file, byteCount) = try BoundedLogFile.open(path)
        }
        var writer = ByteWriter(capacity: line.count + 1)
        writer.append(line)
        writer.append(UInt8(ascii: "\n"))
        try file.write(writer.view, at: byteCount)
        byteCount += UInt64(line.count + 1)
    }

    private static func open(_ path: String) throws(SystemError) -> (File, UInt64) {
        let file = try File(path: path, flags: O_WRONLY | O_CREAT)
        return (file, try file.length())
    }
}
