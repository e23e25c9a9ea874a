import Bytes

/// An answer on the wire: its status and its body.
struct Response {
    let status: Int
    let body: ByteView
    /// The length of head and body together.
    let count: Int
    /// Whether the server closes the connection after it.
    let closes: Bool

    /// Reads an answer from the front of `bytes`; nil when it is not there as a whole.
    ///
    /// - Parameter pieces: Where a body that came in chunks is put together; without, it stays as it
    ///   came, sizes of chunks and all.
    init?(_ bytes: ByteView, pieces: ChunkedBody? = nil) {
        guard bytes.count > 16 else { return nil }
        var bodyCount = 0
        var isChunked = false
        // HTTP/1.0 closes when it does not say otherwise.
        var isLast = bytes[7] == 0x30
        var lineStart = 0
        while true {
            guard let lineEnd = bytes.firstIndex(of: 0x0A, from: lineStart) else { return nil }
            if lineEnd - lineStart <= 1 {
                lineStart = lineEnd + 1
                break
            }
            switch bytes[lineStart] | 0x20 {
            case 0x63:  // c
                if let count = Response.contentLength(bytes, from: lineStart, to: lineEnd) {
                    bodyCount = count
                } else if bytes[lineStart..<lineEnd].hasLowerPrefix("connection:") {
                    isLast = bytes[lineStart..<lineEnd].hasLowerPrefix("connection: close")
                }
            case 0x74:  // t
                let line = bytes[lineStart..<lineEnd]
                if line.hasLowerPrefix("transfer-encoding: chunked") { isChunked = true }
            default: break
            }
            lineStart = lineEnd + 1
        }
        status = bytes[9..<12].reduceDigits()
        closes = isLast
        if isChunked {
            guard let length = ChunkedBody.length(bytes.dropFirst(lineStart)) else { return nil }
            let whole = bytes[lineStart..<(lineStart + length)]
            body = pieces?.joined(whole) ?? whole
            count = lineStart + length
        } else {
            guard bytes.count >= lineStart + bodyCount else { return nil }
            body = bytes[lineStart..<(lineStart + bodyCount)]
            count = lineStart + bodyCount
        }
    }

    /// The number after `Content-Length:`, when the line is that header.
    static func contentLength(_ bytes: ByteView, from start: Int, to end: Int) -> Int? {
        guard end - start > 15, bytes[start + 8] | 0x20 == 0x6C,
            bytes[start..<end].hasLowerPrefix("content-length:")
        else { return nil }
        return bytes[(start + 15)..<end].reduceDigits()
    }

    /// What the server says is wrong: the name of the error in either protocol, or nothing.
    var errorCode: String {
        let name: String
        if let text = body.firstText(of: "__type\"") {
            name = text.string
        } else if let start = body.firstRange(of: "<Code>")?.upperBound,
            let end = body.firstIndex(of: 0x3C, from: start)
        {
            name = body[start..<end].string
        } else {
            return ""
        }
        return name.split(separator: "#").last.map(String.init) ?? name
    }
}

/// Bodies that come in chunks.
final class ChunkedBody {
    private var bytes = ByteWriter()

    /// The length of a chunked body up to its end; nil when the end has not come.
    static func length(_ bytes: ByteView) -> Int? {
        var place = 0
        while let end = bytes.firstIndex(of: 0x0A, from: place) {
            let size = bytes[place..<end].reduceHexDigits()
            if size == 0 {
                // After the last chunk come fields, mostly none, and an empty line.
                var lineStart = end + 1
                while let lineEnd = bytes.firstIndex(of: 0x0A, from: lineStart) {
                    if lineEnd - lineStart <= 1 { return lineEnd + 1 }
                    lineStart = lineEnd + 1
                }
                return nil
            }
            place = end + 1 + size + 2
            guard place <= bytes.count else { return nil }
        }
        return nil
    }

    /// The chunks of a whole body without their sizes. The view dies with the next call.
    func joined(_ whole: ByteView) -> ByteView {
        bytes.removeAll()
        var place = 0
        while let end = whole.firstIndex(of: 0x0A, from: place) {
            let size = whole[place..<end].reduceHexDigits()
            guard size > 0, end + 1 + size <= whole.count else { break }
            bytes.append(whole[(end + 1)..<(end + 1 + size)])
            place = end + 1 + size + 2
        }
        return bytes.view
    }
}
