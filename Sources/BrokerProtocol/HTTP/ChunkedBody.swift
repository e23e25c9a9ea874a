import Bytes

/// Joins the chunks of a body in place, as they arrive.
///
///     start        joined          next              received
///     │ data of all │ framing that  │ not looked at   │
///     │ chunks      │ was taken out │ yet             │
///
/// - Invariant: `start <= joined <= next <= scanned` while a line is looked for.
struct ChunkedBody: Sendable {
    private enum Step: Sendable {
        case sizeLine
        case data(left: Int)
        case dataEnd
        case trailer
    }

    let start: Int
    private(set) var joined: Int
    private(set) var next: Int
    private var scanned: Int
    private var step = Step.sizeLine
    private var trailerByteCount = 0

    /// A body whose first chunk begins at `start`.
    init(start: Int) {
        self.start = start
        joined = start
        next = start
        scanned = start
    }

    /// Takes what has arrived; true when the last chunk and its trailer are there. O(new bytes).
    mutating func advance(
        _ bytes: MutableByteView, limits: HTTPLimits
    ) throws(HTTPRefusal) -> Bool {
        while true {
            switch step {
            case .sizeLine:
                guard let line = try takeLine(bytes, limit: limits.chunkLineByteCount) else {
                    return false
                }
                let size = try Self.size(line)
                // Counts the framing too, so that tiny chunks do not fill the buffer.
                guard size == 0 || size <= limits.bodyByteCount - (next - start) else {
                    throw HTTPRefusal(
                        .contentTooLarge, "The body is longer than \(limits.bodyByteCount) bytes.")
                }
                step = size == 0 ? .trailer : .data(left: size)
            case .data(let left):
                let taken = min(left, bytes.count - next)
                bytes.move(next..<next + taken, to: joined)
                joined += taken
                next += taken
                scanned = next
                guard taken == left else {
                    step = .data(left: left - taken)
                    return false
                }
                step = .dataEnd
            case .dataEnd:
                guard let line = try takeLine(bytes, limit: 2) else { return false }
                guard line.isEmpty else { throw Self.malformed }
                step = .sizeLine
            case .trailer:
                // The empty line at the end is always taken.
                let limit = limits.trailerByteCount - trailerByteCount + 2
                guard let line = try takeLine(bytes, limit: limit) else { return false }
                if line.isEmpty { return true }
                trailerByteCount += line.count + 2
                guard trailerByteCount <= limits.trailerByteCount else { throw Self.longTrailer }
            }
        }
    }

    /// How many bytes have to be there for `advance` to get on.
    func wanted(received: Int) -> Int {
        guard case .data(let left) = step else { return received + 1 }
        return next + left + 2
    }

    /// The next line without its end; nil when it has not arrived whole.
    private mutating func takeLine(
        _ bytes: MutableByteView, limit: Int
    ) throws(HTTPRefusal) -> ByteView? {
        let text = bytes.view
        let lineFeed = text.firstIndex(of: Character.lineFeed, from: scanned)
        scanned = lineFeed.map { $0 + 1 } ?? text.count
        guard scanned - next <= limit else {
            if case .trailer = step { throw Self.longTrailer }
            throw Self.malformed
        }
        guard let lineFeed else { return nil }
        guard lineFeed > next, text[lineFeed - 1] == Character.carriageReturn else {
            throw Self.malformed
        }
        defer { next = lineFeed + 1 }
        return text[next..<lineFeed - 1]
    }

    /// The size at the beginning of a chunk's line; extensions after it are ignored.
    private static func size(_ line: ByteView) throws(HTTPRefusal) -> Int {
        let end = line.firstIndex(of: Character.semicolon) ?? line.count
        let digits = line[0..<end].trimmed
        guard digits.count > 0, digits.count <= 15 else { throw malformed }
        var size = 0
        for index in 0..<digits.count {
            guard let digit = digits[index].hexadecimalValue else { throw malformed }
            size = size << 4 | Int(digit)
        }
        return size
    }

    private static let longTrailer = HTTPRefusal(.tooManyHeaders, "The trailer is too long.")
    private static let malformed = HTTPRefusal(.badRequest, "The chunked body is malformed.")
}
