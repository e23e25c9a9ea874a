import Bytes

@testable import BrokerCore

/// Payloads of records, the first byte says of which: what is decoded is encoded to the same bytes.
enum Records {
    static func run(_ input: [UInt8]) {
        guard let kind = input.first else { return }
        Array(input.dropFirst()).withByteView { payload in
            switch kind {
            case 0x61: message(payload)
            case 0x62: notification(payload)
            case 0x63: attributes(payload)
            case 0x64:
                part(payload, { try QueueSettings(decoding: &$0.bytes) }, { $0.encode(to: &$1) })
            case 0x65: part(payload, { try QueueTags(decoding: &$0.bytes) }, { $0.encode(to: &$1) })
            case 0x66: part(payload, { try MoveTask(decoding: &$0.bytes) }, { $0.encode(to: &$1) })
            case 0x67:
                part(payload, { try TopicSettings(decoding: &$0.bytes) }, { $0.encode(to: &$1) })
            case 0x68:
                part(payload, { try SubscriptionCondition(decoding: &$0) }, { $0.encode(to: &$1) })
            case 0x69: part(payload, { try TopicImage(decoding: &$0) }, { $0.encode(to: &$1) })
            case 0x6A:
                part(payload, { try SubscriptionImage(decoding: &$0) }, { $0.encode(to: &$1) })
            case 0x6B:
                part(payload, skips: 2, { try PlatformImage(decoding: &$0) }) { $0.encode(to: &$1) }
            case 0x6C:
                part(payload, skips: 2, { try DeviceImage(decoding: &$0) }) { $0.encode(to: &$1) }
            default: part(payload, { try SMSSettings(decoding: &$0) }, { $0.encode(to: &$1) })
            }
        }
    }

    /// Encoded and decoded once more it is encoded to the same bytes. Bytes that stand for nothing,
    /// such as unused flags, may differ the first time.
    private static func part<Value>(
        _ payload: ByteView, skips skipped: Int = 0, _ decode: (inout RecordReader) throws -> Value,
        _ encode: (Value, inout ByteWriter) -> Void
    ) {
        var reader = RecordReader(payload)
        guard let value = try? decode(&reader) else { return }
        var first = ByteWriter()
        encode(value, &first)
        // Kind and presence stand in front of some.
        var again = RecordReader(first.view.dropFirst(skipped))
        guard let same = try? decode(&again) else {
            preconditionFailure("what is encoded can be decoded")
        }
        promise(again.bytes.remaining == 0, "all that is encoded is decoded")
        var second = ByteWriter()
        encode(same, &second)
        promise(first.view == second.view, "what is decoded is encoded the same")
    }

    private static func message(_ payload: ByteView) {
        guard let message = try? StoredMessage(payload: payload) else { return }
        var writer = ByteWriter()
        message.writeHead(to: &writer)
        writer.append(message.body)
        promise(writer.view == payload, "a message is encoded as it was decoded")
    }

    private static func notification(_ payload: ByteView) {
        guard let notification = try? StoredNotification(payload: payload) else { return }
        var entries: [StoredNotification.Entry] = []
        for index in 0..<notification.entryCount {
            guard let entry = try? notification.entry(index) else { return }
            entries.append(entry)
        }
        promise((try? notification.entry(notification.entryCount)) == nil, "entries end")
        var writer = ByteWriter()
        notification.writeHead(entries: entries, to: &writer)
        writer.append(notification.message)
        guard let again = try? StoredNotification(payload: writer.view) else {
            preconditionFailure("what is encoded can be decoded")
        }
        promise(again.message == notification.message, "the message is the same")
        promise(writer.count == payload.count, "and so is the length")
    }

    private static func attributes(_ bytes: ByteView) {
        var writer = ByteWriter()
        for attribute in StoredAttributes(bytes: bytes) {
            StoredAttributes.append(
                name: attribute.name, dataType: attribute.dataType, isBinary: attribute.isBinary,
                value: attribute.value, to: &writer)
        }
        promise(writer.count <= bytes.count, "no more is read than there is")
        let again = StoredAttributes(bytes: writer.view).map { [$0.name.array, $0.value.array] }
        let first = StoredAttributes(bytes: bytes).map { [$0.name.array, $0.value.array] }
        promise(first == again, "attributes are encoded as they were decoded")
    }
}
