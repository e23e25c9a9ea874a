import Bytes
import Glibc

/// Small files, read and written whole.
extension File {
    /// Writes the bytes of `view` at `offset`.
    func write(_ view: ByteView, at offset: UInt64) throws(SystemError) {
        try unsafe view.withUnsafeBytes { bytes throws(SystemError) in
            guard let start = bytes.baseAddress else { return }
            // Safe because the view has that many bytes.
            unsafe try write(from: start, count: bytes.count, at: offset)
        }
    }

    /// How long it is.
    func length() throws(SystemError) -> UInt64 {
        let end = lseek(number, 0, SEEK_END)
        guard end >= 0 else { throw SystemError("lseek") }
        return UInt64(end)
    }

    /// Lets only these users at it; `mode` as chmod(2).
    func setMode(_ mode: mode_t) throws(SystemError) {
        guard fchmod(number, mode) == 0 else { throw SystemError("fchmod") }
    }

    /// Renames a file by path, replacing the target if there is one.
    static func rename(_ path: String, to target: String) throws(SystemError) {
        guard unsafe Glibc.rename(path, target) == 0 else { throw SystemError("rename") }
    }
}

extension Directory {
    /// Writes a file whole: after a crash it is there with all its bytes, or as it was before.
    func replace(_ name: String, with bytes: ByteView, mode: mode_t) throws(SystemError) {
        let temporary = name + ".new"
        try remove(temporary)
        let file = try File(path: path(of: temporary), flags: O_WRONLY | O_CREAT | O_EXCL)
        try file.setMode(mode)
        try file.write(bytes, at: 0)
        try file.syncAll()
        try rename(temporary, to: name)
    }
}

extension File {
    /// Whether there is something at `path`.
    static func exists(path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Whether there is a file with at least one byte at `path`.
    static func holdsSomething(path: String) -> Bool {
        var status = stat()
        // Safe because the variable outlives the call.
        return unsafe stat(path, &status) == 0 && status.st_size > 0
    }
}
