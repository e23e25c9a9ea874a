import BrokerJournal
import Bytes

extension DiskOperation {
    /// Whether it could be carried out past a page cache, should it be about a segment.
    var isWholePages: Bool {
        let page = PageMemory.pageByteCount
        switch self {
        case .write(let file, let offset, let memory, _), .read(let file, let offset, let memory):
            return file.kind != .segment
                || (offset % UInt64(page) == 0 && memory.byteCount % page == 0)
        case .create, .sync, .rename, .remove: return true
        }
    }
}
