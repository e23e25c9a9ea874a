/// One HTTP response as a client has read it.
struct HTTPAnswer {
    var status: Int
    var body: ArraySlice<UInt8>

    /// What reading came to.
    enum Reading {
        /// More bytes are needed.
        case partial
        /// With the bytes that it took.
        case whole(HTTPAnswer, byteCount: Int)
        /// The bytes are no response.
        case nonsense
    }

    /// Reads the response that `bytes` begin with.
    static func read(_ bytes: [UInt8]) -> Reading {
        guard let headEnd = endOfHead(bytes) else {
            return bytes.count > 65_536 ? .nonsense : .partial
        }
        let head = String(decoding: bytes[..<headEnd], as: UTF8.self)
        let lines = head.split(separator: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            return .nonsense
        }
        var length: Int?
        for line in lines.dropFirst() where line.lowercased().hasPrefix("content-length:") {
            length = Int(line.dropFirst(15).drop { $0 == " " })
        }
        guard let length else { return .nonsense }
        let end = headEnd + length
        if bytes.count < end { return .partial }
        return .whole(HTTPAnswer(status: status, body: bytes[headEnd..<end]), byteCount: end)
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        var index = 3
        while index < bytes.count {
            if bytes[index] == 10, bytes[index - 1] == 13, bytes[index - 2] == 10,
                bytes[index - 3] == 13
            {
                return index + 1
            }
            index += 1
        }
        return nil
    }
}
