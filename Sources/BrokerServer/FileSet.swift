import BrokerJournal
import Glibc

/// Open files of a directory, and how each disk operation is done with them. For one thread.
final class FileSet {
    private struct OpenFile {
        let file: DiskFile
        let handle: File
    }

    /// Files kept open; a lane works on a few at a time.
    private static let capacity = 8

    private let directory: Directory
    private let bypassesCache: Bool
    private let isReadOnly: Bool
    /// The most recently used last.
    private var open: [OpenFile] = []

    /// No open files of `directory` yet.
    ///
    /// - Parameters:
    ///   - bypassesCache: Whether segments are read and written past the page cache, in whole pages
    ///   and with memory that is aligned to pages: what is written is in the journal's memory
    ///   anyway, and what has left it is read once more at most.
    ///   - isReadOnly: Whether files are only read, which works where nothing can be written.
    init(directory: Directory, bypassesCache: Bool, isReadOnly: Bool = false) {
        self.directory = directory
        self.bypassesCache = bypassesCache
        self.isReadOnly = isReadOnly
    }

    /// Does `operation`; returns the bytes read by a read, otherwise 0.
    func carryOut(_ operation: DiskOperation) throws(DiskError) -> Int {
        do throws(SystemError) {
            switch operation {
            case .create(let file, let byteCount):
                try create(file, byteCount: byteCount)
            case .write(let file, let offset, let memory, let sync):
                let handle = try opened(file)
                // Safe because the journal keeps the memory until the completion was taken.
                try unsafe handle.write(from: memory.start, count: memory.byteCount, at: offset)
                if sync { try handle.syncData() }
                if file.kind == .snapshotDraft {
                    handle.dropFromCache(count: memory.byteCount, at: offset)
                }
            case .read(let file, let offset, let memory):
                // Safe because the journal keeps the memory until the completion was taken.
                return try unsafe opened(file).read(
                    into: memory.start, count: memory.byteCount, at: offset)
            case .sync(let file):
                try opened(file).syncAll()
            case .rename(let file, let target):
                forget(file)
                forget(target)
                try directory.rename(file.name, to: target.name)
            case .remove(let file):
                forget(file)
                try directory.remove(file.name)
            }
            return 0
        } catch {
            throw DiskError(verb: operation.verb, file: operation.file.name, code: error.code)
        }
    }

    /// Closes `file` if it is open.
    func forget(_ file: DiskFile) { open.removeAll { $0.file == file } }

    /// Closes every file.
    func closeAll() { open.removeAll() }

    private func opened(_ file: DiskFile) throws(SystemError) -> File {
        if let index = open.lastIndex(where: { $0.file == file }) {
            let found = open[index]
            if index != open.count - 1 {
                open.remove(at: index)
                open.append(found)
            }
            return found.handle
        }
        let handle = try openExisting(file)
        if open.count == FileSet.capacity { open.removeFirst() }
        open.append(OpenFile(file: file, handle: handle))
        return handle
    }

    private func openExisting(_ file: DiskFile) throws(SystemError) -> File {
        let path = directory.path(of: file.name)
        let access = isReadOnly ? O_RDONLY : O_RDWR
        // Snapshots are read once, in whole pages.
        guard file.kind == .snapshot || bypassesCache && file.kind == .segment else {
            return try File(path: path, flags: access)
        }
        return try File.bypassingCache(path: path, flags: access)
    }

    private func create(_ file: DiskFile, byteCount: UInt64) throws(SystemError) {
        forget(file)
        let handle = try File(
            path: directory.path(of: file.name), flags: O_RDWR | O_CREAT | O_TRUNC)
        if byteCount > 0 { try handle.reserve(byteCount) }
        try handle.syncAll()
        try directory.sync()
    }
}
