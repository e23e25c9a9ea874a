import Bytes

@testable import BrokerCore

/// What clients hand back: receipt handles, page tokens, handles of move tasks. What is taken is what
/// was given out.
enum Tokens {
    static func run(_ input: [UInt8]) {
        receipts(input)
        pages(input.text)
        tasks(input)
    }

    private static func receipts(_ input: [UInt8]) {
        var scratch = ByteWriter()
        input.withByteView { bytes in
            guard let handle = ReceiptHandle(text: bytes, scratch: &scratch) else { return }
            var writer = ByteWriter()
            handle.write(to: &writer)
            promise(writer.view == bytes, "a handle has one text")
        }
        guard input.count >= 24 else { return }
        let words = stride(from: 0, to: 24, by: 4).map { first in
            input[first..<first + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        let handle = ReceiptHandle(
            queue: words[0], slot: words[1], generation: words[2], receive: words[3],
            tag: UInt64(words[4]) << 32 | UInt64(words[5]))
        var writer = ByteWriter()
        handle.write(to: &writer)
        promise(ReceiptHandle(text: writer.view, scratch: &scratch) == handle, "a handle is read")
    }

    private static func pages(_ text: String) {
        for listing in [PageToken.Listing.queues, .topics, .subscriptionsOfTopic] {
            if !text.isEmpty {
                let token = PageToken.encode(after: text, in: listing)
                promise(
                    (try? PageToken.decode(token, in: listing)).map { Array($0.utf8) }
                        == Array(text.utf8), "a page's token is read")
            }
            guard let name = try? PageToken.decode(text, in: listing) else { continue }
            promise(PageToken.encode(after: name, in: listing) == text, "a token has one text")
        }
        _ = try? PageToken.decodeNumber(text, in: .subscriptions)
    }

    private static func tasks(_ input: [UInt8]) {
        _ = try? MoveTaskHandle(parsing: input.text)
        // The inside of a handle, so that mutations need not know base64.
        if let handle = try? MoveTaskHandle(parsing: Base64Text.encode(input.text)),
            handle.taskID != nil
        {
            let again = try? MoveTaskHandle(parsing: handle.text)
            promise(again == handle, "the handle of a task is read the same")
        }
    }
}
