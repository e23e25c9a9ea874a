/// Something that answers requests, as a node does.
protocol World: AnyObject {
    /// The answer to a request, head and body; for what is not measured.
    func answer(to request: [UInt8]) throws -> [UInt8]
    /// Lets time pass until everything that falls due has been done.
    func pass(seconds: UInt64) throws
}

/// What went wrong in a benchmark.
struct MicroError: Error, CustomStringConvertible {
    let description: String
}

extension World {
    /// The answer to a request that succeeds.
    @discardableResult
    func success(_ request: [UInt8]) throws -> String {
        let answer = String(decoding: try answer(to: request), as: UTF8.self)
        guard answer.hasPrefix("HTTP/1.1 200 ") else { throw MicroError(description: answer) }
        return answer
    }

    /// The receipt handles in the answer to a receive.
    func receiptHandles(_ request: [UInt8]) throws -> [String] {
        let strings = try answer(to: request).split(
            separator: 0x22, omittingEmptySubsequences: false)
        var handles: [String] = []
        for (index, text) in strings.enumerated() where text.elementsEqual("ReceiptHandle".utf8) {
            // What follows the name is a colon, and then the handle.
            handles.append(String(decoding: strings[index + 2], as: UTF8.self))
        }
        return handles
    }
}
