import Bytes

/// A disk whose files are arrays: for `--durability memory` and for tests.
///
/// Operations complete when they are submitted; completions wait to be taken.
public final class MemoryDisk: Disk {
    /// The files and what they hold.
    public private(set) var files: [DiskFile: [UInt8]] = [:]
    private var completions: [DiskCompletion] = []

    /// An empty disk.
    public init() {}

    /// Every file.
    public func list() -> [DiskEntry] {
        files.map { DiskEntry(file: $0.key, byteCount: UInt64($0.value.count)) }
    }

    /// Replaces the bytes of `file`, as damage or a crash would; nil removes it.
    public func replace(_ file: DiskFile, with bytes: [UInt8]?) { files[file] = bytes }

    /// Carries the operation out.
    public func perform(_ operation: DiskOperation) throws(DiskError) -> Int {
        switch operation {
        case .create(let file, let byteCount):
            files[file] = [UInt8](repeating: 0, count: Int(byteCount))
        case .write(let file, let offset, let memory, _):
            guard files[file] != nil else { throw missing("write", file) }
            write(memory, to: file, at: Int(offset))
        case .read(let file, let offset, let memory):
            guard let bytes = files[file] else { throw missing("read", file) }
            return read(bytes, at: Int(clamping: offset), into: memory)
        case .sync(let file):
            guard files[file] != nil else { throw missing("sync", file) }
        case .rename(let file, let target):
            guard let bytes = files.removeValue(forKey: file) else { throw missing("rename", file) }
            files[target] = bytes
        case .remove(let file):
            files[file] = nil
        }
        return 0
    }

    /// Carries the operation out and keeps its completion.
    public func submit(_ operation: DiskOperation, lane: DiskLane, ticket: UInt64) {
        let result: Result<Int, DiskError>
        do throws(DiskError) {
            result = .success(try perform(operation))
        } catch {
            result = .failure(error)
        }
        completions.append(DiskCompletion(ticket: ticket, result: result))
    }

    /// Hands out the completions.
    public func takeCompletions(_ body: (DiskCompletion) -> Void) {
        let taken = completions
        completions.removeAll(keepingCapacity: true)
        for completion in taken { body(completion) }
    }

    /// Returns at once, because operations complete when they are submitted.
    public func awaitCompletion() {}

    /// Keeps the files, so that they can be opened again.
    public func close() {}

    private func missing(_ verb: String, _ file: DiskFile) -> DiskError {
        DiskError(verb: verb, file: file.name, code: 2)
    }

    private func write(_ memory: DiskMemory, to file: DiskFile, at offset: Int) {
        let end = offset + memory.byteCount
        let held = files[file, default: []].count
        if held < end {
            files[file, default: []].append(contentsOf: [UInt8](repeating: 0, count: end - held))
        }
        unsafe files[file, default: []].withUnsafeMutableBytes { bytes in
            // Safe because the file was just made long enough.
            unsafe bytes.baseAddress?.advanced(by: offset).copyMemory(
                from: memory.start, byteCount: memory.byteCount)
        }
    }

    private func read(_ bytes: [UInt8], at offset: Int, into memory: DiskMemory) -> Int {
        guard offset < bytes.count else { return 0 }
        let count = min(memory.byteCount, bytes.count - offset)
        unsafe bytes.withUnsafeBytes { source in
            // Safe because `count` bytes are left in both.
            unsafe memory.start.copyMemory(
                from: source.baseAddress.unsafelyUnwrapped.advanced(by: offset), byteCount: count)
        }
        return count
    }
}
