import Bytes

/// A message in an answer; its views live as long as the answer's bytes.
struct ReceivedMessage {
    var body = ByteView()
    var receipt = ByteView()
    /// A digest of the message id.
    var identifier: UInt64 = 0
}

/// An entry of the answer to a batch.
struct BatchAnswer {
    var index: Int
    /// A digest of the message id; nil when the entry was refused.
    var identifier: UInt64?
}

/// Reads answers of the JSON protocol, with their members in any order.
enum VerifyAnswers {
    /// The messages in the answer to a receive, in their order. Unescapes in place.
    static func messages(_ body: MutableByteView) throws(JSONError) -> [ReceivedMessage] {
        var messages: [ReceivedMessage] = []
        var reader = JSONReader(body)
        try reader.beginObject()
        while let key = try reader.nextKey() {
            guard key == "Messages" else {
                try reader.skipValue()
                continue
            }
            if try reader.skipNull() { continue }
            try reader.beginArray()
            while try reader.nextElement() { messages.append(try message(&reader)) }
        }
        return messages
    }

    private static func message(_ reader: inout JSONReader) throws(JSONError) -> ReceivedMessage {
        var message = ReceivedMessage()
        try reader.beginObject()
        while let key = try reader.nextKey() {
            if key == "Body" {
                message.body = try reader.string()
            } else if key == "ReceiptHandle" {
                message.receipt = try reader.string()
            } else if key == "MessageId" {
                message.identifier = digest(try reader.string())
            } else {
                try reader.skipValue()
            }
        }
        return message
    }

    /// The entries in the answer to a batch, whose ids are their numbers in the request.
    static func entries(_ body: MutableByteView) throws(JSONError) -> [BatchAnswer] {
        var entries: [BatchAnswer] = []
        var reader = JSONReader(body)
        try reader.beginObject()
        while let key = try reader.nextKey() {
            let isSuccess = key == "Successful"
            guard isSuccess || key == "Failed" else {
                try reader.skipValue()
                continue
            }
            if try reader.skipNull() { continue }
            try reader.beginArray()
            while try reader.nextElement() {
                var entry = BatchAnswer(index: 0, identifier: isSuccess ? 1 : nil)
                try reader.beginObject()
                while let key = try reader.nextKey() {
                    if key == "Id" {
                        entry.index = try reader.string().reduceDigits()
                    } else if isSuccess, key == "MessageId" {
                        entry.identifier = digest(try reader.string())
                    } else {
                        try reader.skipValue()
                    }
                }
                entries.append(entry)
            }
        }
        return entries
    }

    /// FNV-1a of 64 bits; never 0.
    private static func digest(_ text: ByteView) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in 0..<text.count {
            hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01B3
        }
        return max(hash, 1)
    }
}
