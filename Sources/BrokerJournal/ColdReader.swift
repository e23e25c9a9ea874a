import Bytes

/// Payloads whose segments are no longer in memory: read in windows, off the loop, ahead of need.
///
/// A window is a stretch of a segment's file. Requests that fall into a window share its read, and
/// a backlog that is drained in order finds the next window read before it asks.
struct ColdReader {
    /// A payload somebody waits for.
    struct Request {
        var position: JournalPosition
        var count: Int
        var ticket: UInt64

        /// Bytes of its record.
        var recordByteCount: Int { RecordHeader.recordByteCount(payload: count) }
    }

    /// A stretch of a segment in memory.
    final class Window {
        /// What it holds.
        enum Content {
            case nothing
            case reading
            case bytes(Int)
        }

        var memory: PageMemory
        var segment: UInt64 = 0
        /// The stretch, in bytes of the segment.
        var range = 0..<0
        var content = Content.nothing
        var waiters: [Request] = []
        var lastUse: UInt64 = 0

        /// An empty window.
        init(byteCount: Int) { memory = PageMemory(byteCount: byteCount) }
    }

    /// A first read, and one that goes on where the last one ended.
    static let firstByteCount = 256 << 10
    static let sequentialByteCount = 1 << 20
    /// How many windows there are at most.
    static let windowLimit = 8

    var windows: [Window] = []
    /// Requests without a window.
    var queued: [Request] = []
    /// Requests that can be answered without a read.
    var answerable: [Request] = []
    /// A record that turned out not to be there.
    var damage: JournalError.Damage?
    /// The stretch that was read last.
    var lastSegment: UInt64 = .max
    var lastStart = 0
    var lastEnd = 0
    /// Set when it was asked for again since it was read, which is the sign of a backlog that is
    /// drained: the size of the record, so that the next stretch can begin with the record that may
    /// stand across the end of this one.
    var reachedByRecordOf: Int?
    private var useCount: UInt64 = 0
    private let segmentByteCount: UInt64

    /// No windows yet.
    init(segmentByteCount: UInt64) { self.segmentByteCount = segmentByteCount }

    /// The payload of the record at `position` when a window holds it.
    mutating func payload(at position: JournalPosition, count: Int) -> ByteView? {
        let request = Request(position: position, count: count, ticket: 0)
        guard let window = window(for: request), case .bytes = window.content else { return nil }
        return payload(of: request, in: window)
    }

    /// The window whose stretch holds the request's record, read or being read.
    mutating func window(for request: Request) -> Window? {
        let segment = request.position.offset / segmentByteCount
        let offset = Int(request.position.offset % segmentByteCount)
        for window in windows
        where window.segment == segment && window.range.contains(offset)
            && offset + request.recordByteCount <= window.range.upperBound
        {
            if case .nothing = window.content { continue }
            touch(window)
            if segment == lastSegment, window.range.lowerBound == lastStart {
                reachedByRecordOf = request.recordByteCount
            }
            return window
        }
        return nil
    }

    /// The payload in a window that was read; a record that is not as it was written is damage.
    mutating func payload(of request: Request, in window: Window) -> ByteView? {
        guard case .bytes(let count) = window.content else { return nil }
        let offset = Int(request.position.offset % segmentByteCount)
        let start = min(offset - window.range.lowerBound, count)
        let finding = RecordFinding(
            window.memory.view(start..<count), position: request.position.offset,
            room: Int(segmentByteCount) - offset)
        if case .record(_, let payload) = finding, payload.count == request.count {
            return payload
        }
        damage = .record(in: .segment(window.segment), at: UInt64(offset), finding)
        return nil
    }

    /// The window to be read into next: a new one, or the one whose last use is longest ago.
    mutating func freeWindow() -> Int? {
        if windows.count < ColdReader.windowLimit {
            windows.append(Window(byteCount: ColdReader.sequentialByteCount))
            return windows.count - 1
        }
        return windows.indices
            .filter { index in
                if case .reading = windows[index].content { return false }
                return windows[index].waiters.isEmpty
            }
            .min { windows[$0].lastUse < windows[$1].lastUse }
    }

    /// Marks the window as used just now.
    mutating func touch(_ window: Window) {
        useCount += 1
        window.lastUse = useCount
    }

    /// Whether somebody waits for bytes of the segment, so that its file must stay as it is.
    func needs(segment number: UInt64) -> Bool {
        let reading = windows.contains { window in
            guard window.segment == number else { return false }
            if case .reading = window.content { return true }
            return !window.waiters.isEmpty
        }
        return reading || queued.contains { $0.position.offset / segmentByteCount == number }
    }

    /// Forgets what was read of a segment.
    func forget(segment number: UInt64) {
        for window in windows where window.segment == number { window.content = .nothing }
    }
}
