import BrokerNode
import Bytes

/// Bytes under way in one direction.
struct SimulatedStream {
    /// Pieces with the time when each arrives, which never decreases.
    private var pieces: [(arrival: UInt64, bytes: ArraySlice<UInt8>)] = []
    /// When the sender's end arrives.
    private(set) var end: UInt64?

    /// When something arrives that is not there at `now`; nil when nothing will.
    func nextArrival(after now: UInt64) -> UInt64? {
        if let first = pieces.first { return first.arrival > now ? first.arrival : nil }
        if let end { return end > now ? end : nil }
        return nil
    }

    /// Whether bytes are there.
    func holdsBytes(at now: UInt64) -> Bool { pieces.first.map { $0.arrival <= now } ?? false }

    /// Whether everything was taken and nothing more comes.
    func hasEnded(at now: UInt64) -> Bool { pieces.isEmpty && end.map { $0 <= now } ?? false }

    mutating func send(_ bytes: ArraySlice<UInt8>, arriving: UInt64) {
        pieces.append((max(arriving, pieces.last?.arrival ?? 0), bytes))
    }

    mutating func finish(arriving: UInt64) {
        if end == nil { end = max(arriving, pieces.last?.arrival ?? 0) }
    }

    /// Takes what is there, at most `limit` bytes of one piece.
    mutating func take(_ limit: Int, at now: UInt64) -> ArraySlice<UInt8> {
        guard holdsBytes(at: now) else { return [] }
        let piece = pieces[0].bytes
        if piece.count <= limit {
            pieces.removeFirst()
            return piece
        }
        pieces[0].bytes = piece.dropFirst(limit)
        return piece.prefix(limit)
    }
}

/// A connection between a client and the node: bytes arrive late, in pieces of any size, until it
/// is cut.
final class SimulatedWire: Wire {
    private let clock: SimulatedClock
    private let random: Randomness
    private let faults: Faults
    private var toNode = SimulatedStream()
    private var toClient = SimulatedStream()
    private var interest: WireInterest = [.reading, .end]
    /// The connection is broken for both.
    private(set) var isCut = false
    /// The node has closed it.
    private(set) var isClosed = false

    init(clock: SimulatedClock, random: Randomness, faults: Faults) {
        self.clock = clock
        self.random = random
        self.faults = faults
    }

    // MARK: The client's end

    /// Sends `bytes` in pieces.
    func send(_ bytes: [UInt8]) { carry(bytes[...], on: &toNode) }

    /// Nothing more will be sent.
    func finish() { toNode.finish(arriving: arrival) }

    /// Breaks the connection.
    func cut() { isCut = true }

    /// What has come since the last call.
    func receive() -> [UInt8] {
        var bytes: [UInt8] = []
        while toClient.holdsBytes(at: clock.now) { bytes += toClient.take(.max, at: clock.now) }
        return bytes
    }

    /// Whether no more will come.
    var isOver: Bool { isCut || toClient.hasEnded(at: clock.now) }

    /// When the next event is; nil when none is known.
    var nextArrival: UInt64? {
        let both = [toNode.nextArrival(after: clock.now), toClient.nextArrival(after: clock.now)]
        return both.compactMap(\.self).min()
    }

    private var arrival: UInt64 { clock.now + UInt64(random.below(faults.wireMilliseconds + 1)) }

    private func carry(_ bytes: ArraySlice<UInt8>, on stream: inout SimulatedStream) {
        var rest = bytes
        while !rest.isEmpty {
            // Pieces are merged or taken apart anew; tiny ones only at the front, to save time.
            let limit = max(faults.pieceByteCount, bytes.count / 16)
            let piece = rest.prefix(1 + random.below(limit))
            stream.send(piece, arriving: arrival)
            rest = rest.dropFirst(piece.count)
        }
    }

    // MARK: The node's end

    /// Whether an event of this kind is to be reported.
    var isReadable: Bool {
        interest.contains(.reading)
            && (isCut || toNode.holdsBytes(at: clock.now) || toNode.hasEnded(at: clock.now))
    }
    var isWritable: Bool { interest.contains(.writing) }
    var reportsEnd: Bool { interest.contains(.end) && toNode.hasEnded(at: clock.now) }

    func read(into space: MutableByteView) -> WireTransfer {
        precondition(!isClosed && !space.isEmpty, "read with room, before the end")
        if isCut { return .failed }
        let bytes = toNode.take(space.count, at: clock.now)
        if bytes.isEmpty { return toNode.hasEnded(at: clock.now) ? .ended : .wouldBlock }
        for (index, byte) in bytes.enumerated() { space[index] = byte }
        return .bytes(bytes.count)
    }

    func write(_ bytes: ByteView) -> WireTransfer {
        precondition(!isClosed, "written before the end")
        if isCut { return .failed }
        // Now and then the socket takes less than it is given, or nothing.
        var count = bytes.count
        if random.chance(50) { count = random.below(count + 1) }
        if count == 0 { return .wouldBlock }
        carry(bytes.prefix(count).array[...], on: &toClient)
        return .bytes(count)
    }

    func watch(_ interest: WireInterest) {
        precondition(!isClosed, "watched before the end")
        self.interest = interest
    }

    func finishSending() { toClient.finish(arriving: arrival) }

    func close() {
        precondition(!isClosed, "closed once")
        isClosed = true
        toClient.finish(arriving: arrival)
    }
}
