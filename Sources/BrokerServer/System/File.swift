import Bytes
import CLinux
import Glibc

/// An open file that closes itself.
final class File {
    private let descriptor: Descriptor

    /// The descriptor's number.
    var number: Int32 { descriptor.number }

    /// Opens `path`; `flags` as open(2).
    init(path: String, flags: Int32) throws(SystemError) {
        // Safe because the path is a whole string.
        descriptor = try Descriptor(unsafe open(path, flags | O_CLOEXEC, 0o644), from: "open")
    }

    /// Opens an existing file for access past the page cache, or through it where the file system
    /// offers nothing else. Offsets, counts and memory must then be whole pages.
    static func bypassingCache(path: String, flags: Int32) throws(SystemError) -> File {
        do throws(SystemError) {
            return try File(path: path, flags: flags | apus_direct())
        } catch {
            guard error.code == EINVAL else { throw error }
            return try File(path: path, flags: flags)
        }
    }

    /// Writes all of `count` bytes at `offset`.
    func write(from start: UnsafeRawPointer, count: Int, at offset: UInt64) throws(SystemError) {
        var written = 0
        while written < count {
            // Safe because the caller vouches for `count` bytes from `start`.
            let result = Descriptor.retrying {
                unsafe pwrite(
                    descriptor.number, start + written, count - written, off_t(offset) + written)
            }
            guard result > 0 else { throw SystemError("pwrite") }
            written += result
        }
    }

    /// Reads up to `count` bytes at `offset`; fewer only when the file ends there.
    func read(
        into start: UnsafeMutableRawPointer, count: Int, at offset: UInt64
    ) throws(SystemError) -> Int {
        var done = 0
        while done < count {
            // Safe because the caller vouches for room for `count` bytes at `start`.
            let result = Descriptor.retrying {
                unsafe pread(descriptor.number, start + done, count - done, off_t(offset) + done)
            }
            guard result >= 0 else { throw SystemError("pread") }
            done += result
            // Within a page a file can only end; to go on there is not allowed past the page cache.
            if result == 0 || done % PageMemory.pageByteCount != 0 { break }
        }
        return done
    }

    /// Makes what was written durable.
    func syncData() throws(SystemError) {
        guard fdatasync(descriptor.number) == 0 else { throw SystemError("fdatasync") }
    }

    /// Lets the page cache forget bytes that were written and synced, so that what is written next
    /// finds pages that are there already. A hint.
    func dropFromCache(count: Int, at offset: UInt64) {
        _ = posix_fadvise(
            descriptor.number, off_t(offset), off_t(count), POSIX_FADV_DONTNEED)
    }

    /// Makes what was written and the file's length durable.
    func syncAll() throws(SystemError) {
        guard fsync(descriptor.number) == 0 else { throw SystemError("fsync") }
    }

    /// Sets the length; added bytes read as zero.
    func setLength(_ count: UInt64) throws(SystemError) {
        guard ftruncate(descriptor.number, off_t(count)) == 0 else {
            throw SystemError("ftruncate")
        }
    }

    /// Has the file system set `count` bytes aside; one that cannot leaves a sparse file.
    func reserve(_ count: UInt64) throws(SystemError) {
        guard apus_reserve(descriptor.number, Int64(count)) != 0 else { return }
        guard errno == EOPNOTSUPP || errno == ENOSYS else { throw SystemError("fallocate") }
        try setLength(count)
    }

    /// Whether this process now holds the file's lock; false when another one does.
    func lock() throws(SystemError) -> Bool {
        if flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw SystemError("flock") }
        return false
    }

    /// The flags of open(2) for reading.
    static let readOnly = O_RDONLY

    /// The whole content as text; nil when it cannot be read.
    static func text(path: String) -> String? {
        do {
            return try File(path: path, flags: readOnly).text()
        } catch {
            return nil
        }
    }

    /// The whole content as text; nil when it cannot be read.
    func text() -> String? {
        var text = ByteWriter(capacity: 4096)
        do {
            var chunk = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = try unsafe chunk.withUnsafeMutableBytes {
                    buffer throws(SystemError) in
                    // Safe because the chunk has that many bytes.
                    unsafe try read(
                        into: buffer.baseAddress.unsafelyUnwrapped, count: buffer.count,
                        at: UInt64(text.count))
                }
                if count == 0 { return text.view.string }
                text.append(Array(chunk[..<count]))
            }
        } catch {
            return nil
        }
    }
}
