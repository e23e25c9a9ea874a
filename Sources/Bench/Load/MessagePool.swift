import Bytes

/// What messages look like.
struct MessageShape {
    var bodySize = BodySize.fixed(1024)
    var attributeCount = 0
    /// How many groups the messages belong to in turn; 0 for messages without a group.
    var groupCount = 0
    /// Messages of a request; one is sent alone, more in a batch.
    var batch = 1
}

/// Requests that put messages in, made beforehand.
///
/// Where a request names groups, it has places for a group's number and for the message's own; they
/// are filled in when it is sent. Bodies of different lengths take turns.
final class MessagePool {
    /// A body of a request from what follows the queue's URL on.
    struct Template {
        let bytes: [UInt8]
        let groupPlaces: [Int]
        let numberPlaces: [Int]
    }

    private static let groupMark = "GGGGGGGGGG"
    private static let numberMark = "NNNNNNNNNNNNNNNNNNNN"
    /// How many different requests there are when bodies differ.
    private static let variety = 256

    let shape: MessageShape
    private let templates: [Template]
    private var nextTemplate = 0
    private var messageNumber: UInt64 = 0
    private var digits = ByteWriter(capacity: 64)

    /// - Parameter write: Writes the members or fields that say the messages, each as text with
    ///   attributes.
    init(_ shape: MessageShape, seed: UInt64, write: ([MessageText]) -> String) {
        self.shape = shape
        var generator = SeededGenerator(seed: seed)
        let count = shape.bodySize.isFixed ? 1 : MessagePool.variety
        let lengths = shape.bodySize.lengths(count * shape.batch, &generator)
        templates = (0..<count).map { number in
            let texts = (0..<shape.batch).map { place in
                MessageText(shape, byteCount: lengths[number * shape.batch + place])
            }
            let bytes = Array(write(texts).utf8)
            return Template(
                bytes: bytes, groupPlaces: MessagePool.places(MessagePool.groupMark, in: bytes),
                numberPlaces: MessagePool.places(MessagePool.numberMark, in: bytes))
        }
    }

    /// The only request, when all are alike byte for byte.
    var constant: [UInt8]? {
        guard let only = templates.first, templates.count == 1, only.numberPlaces.isEmpty else {
            return nil
        }
        return only.bytes
    }

    /// Appends the next request's body from what follows the queue's URL on.
    func write(into body: inout ByteWriter) {
        let template = templates[nextTemplate]
        nextTemplate = nextTemplate + 1 == templates.count ? 0 : nextTemplate + 1
        let start = body.count
        body.append(template.bytes)
        for (group, number) in zip(template.groupPlaces, template.numberPlaces) {
            let turn = messageNumber % UInt64(max(shape.groupCount, 1))
            fill(start + group, MessagePool.groupMark.utf8.count, turn, &body)
            fill(start + number, MessagePool.numberMark.utf8.count, messageNumber, &body)
            messageNumber += 1
        }
    }

    /// Writes a number with leading zeros over a mark.
    private func fill(_ place: Int, _ width: Int, _ value: UInt64, _ body: inout ByteWriter) {
        digits.removeAll()
        digits.append("00000000000000000000")
        digits.append(decimal: value)
        body.replace(at: place, with: digits.view.dropFirst(digits.count - width))
    }

    private static func places(_ mark: String, in bytes: [UInt8]) -> [Int] {
        mark.withByteView { mark in
            bytes.withByteView { bytes in
                var places: [Int] = []
                var from = 0
                while let range = bytes.firstRange(of: mark, from: from) {
                    places.append(range.lowerBound)
                    from = range.upperBound
                }
                return places
            }
        }
    }

    /// A message as text, without anything that JSON escapes.
    struct MessageText {
        let body: String
        let attributes: [(name: String, value: String)]
        let group: String?
        let number: String?

        init(_ shape: MessageShape, byteCount: Int) {
            body = MessageText.filler(byteCount)
            attributes = (0..<shape.attributeCount).map {
                ("attribute-\($0 + 1)", "value-\($0 + 1)-of-a-message")
            }
            group = shape.groupCount > 0 ? "group-\(MessagePool.groupMark)" : nil
            number = shape.groupCount > 0 ? "message-\(MessagePool.numberMark)" : nil
        }

        /// So many bytes of English.
        static func filler(_ byteCount: Int) -> String {
            let sentence = Array("The quick brown fox jumps over the lazy dog. ".utf8)
            return String(
                decoding: (0..<byteCount).map { sentence[$0 % sentence.count] }, as: UTF8.self)
        }
    }
}
