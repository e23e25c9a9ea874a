import Bytes

/// Reads one HTTP/1 response from bytes that come in pieces (RFC 9112).
///
/// It keeps the status and the first bytes of the body; the rest is counted and dropped. Interim
/// responses (1xx) are passed over.
struct ResponseReader {
    /// What the bytes so far came to.
    enum Outcome: Equatable {
        case needsMore
        /// The response is known.
        ///
        /// - Parameter isReusable: Whether the connection can carry another exchange.
        case complete(isReusable: Bool)
        case invalid(reason: String)
    }

    private enum Phase {
        case statusLine, fields
        case body(remaining: UInt64)
        case chunkSize
        case chunk(remaining: UInt64)
        case chunkEnd, trailers
        case untilEnd
    }

    /// Three digits; 0 before the first line was read.
    private(set) var status = 0
    /// The first bytes of the body.
    private(set) var body: [UInt8] = []
    /// Whether any byte has come.
    private(set) var hasBegun = false

    private var phase = Phase.statusLine
    /// The line that is being read.
    private var line: [UInt8] = []
    private var lineBytes = 0
    private var bodyCount: UInt64 = 0
    private var fields = ResponseFields(isPersistentByVersion: false)

    /// Goes on with the next bytes of the connection.
    mutating func take(_ bytes: ByteView) -> Outcome {
        if !bytes.isEmpty { hasBegun = true }
        var rest = bytes
        while true {
            let outcome: Outcome
            switch phase {
            case .statusLine, .fields, .chunkSize, .chunkEnd, .trailers: outcome = readLine(&rest)
            case .body(let remaining): outcome = readBody(&rest, remaining)
            case .chunk(let remaining): outcome = readChunk(&rest, remaining)
            case .untilEnd: outcome = keep(rest, &rest)
            }
            switch outcome {
            case .complete(isReusable: true) where !rest.isEmpty:
                // Bytes that nobody asked for: the next exchange would read them as its answer.
                return .complete(isReusable: false)
            case .needsMore where !rest.isEmpty: continue
            default: return outcome
            }
        }
    }

    /// Says that no more bytes will come.
    func end() -> Outcome {
        if case .untilEnd = phase { return .complete(isReusable: false) }
        let reason =
            hasBegun
            ? "the connection was closed in the middle of the response"
            : "the connection was closed without a response"
        return .invalid(reason: reason)
    }

    // MARK: Lines

    private mutating func readLine(_ rest: inout ByteView) -> Outcome {
        let end = rest.firstIndex(of: 0x0A)
        let piece = rest.prefix(end ?? rest.count)
        lineBytes += piece.count + (end == nil ? 0 : 1)
        guard lineBytes <= lineLimit else { return .invalid(reason: lineProblem) }
        line += piece.array
        rest = rest.dropFirst(end.map { $0 + 1 } ?? rest.count)
        guard end != nil else {
            return isStillHTTP ? .needsMore : .invalid(reason: ResponseReader.notHTTP)
        }
        if line.last == 0x0D { line.removeLast() }
        defer { line.removeAll(keepingCapacity: true) }
        return line.withByteView { take(line: $0) }
    }

    private mutating func take(line: ByteView) -> Outcome {
        switch phase {
        case .statusLine: return take(statusLine: line)
        case .fields:
            if line.isEmpty { return endHead() }
            if let problem = fields.take(line) { return .invalid(reason: problem) }
            return .needsMore
        case .chunkSize: return take(chunkSize: line)
        case .chunkEnd:
            phase = .chunkSize
            lineBytes = 0
            return line.isEmpty ? .needsMore : .invalid(reason: ResponseReader.badChunk)
        case .trailers: return line.isEmpty ? complete() : .needsMore
        case .body, .chunk, .untilEnd: preconditionFailure("a body has no lines")
        }
    }

    private mutating func take(statusLine line: ByteView) -> Outcome {
        guard line.hasPrefix("HTTP/1."), line.count >= 12, line[8] == 0x20,
            line[7] == 0x30 || line[7] == 0x31, line.count == 12 || line[12] == 0x20
        else { return .invalid(reason: ResponseReader.notHTTP) }
        var number = 0
        for index in 9..<12 {
            guard line[index] >= 0x30 && line[index] <= 0x39 else {
                return .invalid(reason: ResponseReader.notHTTP)
            }
            number = number * 10 + Int(line[index] - 0x30)
        }
        guard number >= 100, number != 101 else {
            return .invalid(
                reason: "the response has the status \(number), which was not asked for")
        }
        status = number
        fields = ResponseFields(isPersistentByVersion: line[7] == 0x31)
        phase = .fields
        return .needsMore
    }

    /// Decides by status and fields how long the body is (RFC 9112, section 6.3).
    private mutating func endHead() -> Outcome {
        if status < 200 {
            // The count of the bytes goes on, so that there is an end to interim responses.
            phase = .statusLine
            return .needsMore
        }
        if status == 204 || status == 304 { return complete() }
        lineBytes = 0
        if fields.isChunked {
            phase = .chunkSize
        } else if fields.hasTransferCoding {
            phase = .untilEnd
        } else if let length = fields.contentLength {
            if length == 0 { return complete() }
            phase = .body(remaining: length)
        } else {
            phase = .untilEnd
        }
        return .needsMore
    }

    private mutating func take(chunkSize line: ByteView) -> Outcome {
        var size: UInt64 = 0
        var digits = 0
        while digits < line.count, let value = ResponseReader.hexadecimal(line[digits]) {
            size = size << 4 | value
            digits += 1
        }
        let isExtended = digits < line.count
        guard digits > 0, digits <= 15,
            !isExtended || line[digits] == 0x3B || line[digits] == 0x20 || line[digits] == 0x09
        else { return .invalid(reason: ResponseReader.badChunk) }
        lineBytes = 0
        phase = size == 0 ? .trailers : .chunk(remaining: size)
        return .needsMore
    }

    // MARK: Bodies

    private mutating func readBody(_ rest: inout ByteView, _ remaining: UInt64) -> Outcome {
        let piece = rest.prefix(Int(min(remaining, UInt64(rest.count))))
        let outcome = keep(piece, &rest)
        guard case .needsMore = outcome else { return outcome }
        let left = remaining - UInt64(piece.count)
        phase = .body(remaining: left)
        return left == 0 ? complete() : .needsMore
    }

    private mutating func readChunk(_ rest: inout ByteView, _ remaining: UInt64) -> Outcome {
        let piece = rest.prefix(Int(min(remaining, UInt64(rest.count))))
        let outcome = keep(piece, &rest)
        guard case .needsMore = outcome else { return outcome }
        let left = remaining - UInt64(piece.count)
        phase = left == 0 ? .chunkEnd : .chunk(remaining: left)
        return .needsMore
    }

    /// Takes `piece`, the front of `rest`, as part of the body.
    private mutating func keep(_ piece: ByteView, _ rest: inout ByteView) -> Outcome {
        body += piece.prefix(CourierLimits.bodyBytes - body.count).array
        bodyCount += UInt64(piece.count)
        rest = rest.dropFirst(piece.count)
        // Beyond this a new connection is cheaper than what is still to come.
        let isTooLong = bodyCount > UInt64(CourierLimits.drainedBytes)
        return isTooLong ? .complete(isReusable: false) : .needsMore
    }

    private func complete() -> Outcome {
        .complete(isReusable: fields.isPersistent && !fields.isAmbiguous)
    }

    // MARK: Limits

    private var lineLimit: Int {
        switch phase {
        case .statusLine, .fields, .trailers: CourierLimits.headBytes
        case .chunkSize, .chunkEnd, .body, .chunk, .untilEnd: CourierLimits.chunkLineBytes
        }
    }

    private var lineProblem: String {
        switch phase {
        case .statusLine, .fields, .trailers:
            "the head of the response is longer than \(CourierLimits.headBytes) bytes"
        case .chunkSize, .chunkEnd, .body, .chunk, .untilEnd: ResponseReader.badChunk
        }
    }

    /// Whether what is there of the first line can become one: garbage is told at once.
    private var isStillHTTP: Bool {
        guard case .statusLine = phase else { return true }
        return zip(line, "HTTP/1.".utf8).allSatisfy { $0 == $1 }
    }

    private static let notHTTP = "the response is not HTTP/1.1"
    private static let badChunk = "the response has a malformed chunk"

    private static func hexadecimal(_ digit: UInt8) -> UInt64? {
        switch digit {
        case 0x30...0x39: UInt64(digit - 0x30)
        case 0x41...0x46: UInt64(digit - 0x41 + 10)
        case 0x61...0x66: UInt64(digit - 0x61 + 10)
        default: nil
        }
    }
}
