import Bytes

/// The snapshots of a journal: the durable one, and the one being written.
struct SnapshotKeeper {
    /// A snapshot that is being written: framed records, gathered in chunks.
    struct Draft {
        /// What is left to do.
        enum Stage {
            /// The broker still hands out records.
            case gathering
            /// All records are handed to the disk; their sync and the journal's are awaited.
            case syncing
            case renaming
            /// There was no room for it; what the broker still hands out is dropped.
            case abandoned
        }

        /// The position whose state it holds.
        let position: UInt64
        var stage = Stage.gathering
        /// Whether the broker has handed out everything.
        var isEnded = false
        var chunk: PageMemory
        /// Bytes in the chunk.
        var used = 0
        /// Bytes of the file before the chunk.
        var flushed: UInt64 = 0
        var recordCount: UInt64 = 0
        /// Chunks the disk is writing, oldest first; nil for the file's creation.
        var inFlight: [PageMemory?] = []
    }

    /// The version of the format that is written, and those that are read. What is between head and
    /// end is the broker's, who tells an earlier form by the numbers in it.
    static let formatVersion: UInt32 = 2
    static let readableVersions: ClosedRange<UInt32> = 1...formatVersion
    /// A chunk's size; a larger record gets a larger chunk.
    static let chunkByteCount = 1 << 20
    /// Bytes of the payloads of the first and the last record.
    static let headByteCount = 24
    static let endByteCount = 16

    /// The position of the newest durable snapshot; 0 when there is none.
    var position: UInt64 = 0
    /// The size of its file.
    var byteCount: UInt64 = 0
    /// Where the journal ended when the last snapshot was begun or given up.
    var lastBegin: UInt64 = 0
    /// The one being written.
    var draft: Draft?
    /// A chunk to be used again.
    var spareChunk: PageMemory?

    /// The file of the durable snapshot, if there is one.
    var file: DiskFile? { byteCount > 0 ? DiskFile(.snapshot, number: position) : nil }
}
