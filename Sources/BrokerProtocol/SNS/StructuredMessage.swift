import BrokerCore
import Bytes

extension StoredNotification {
    /// Calls `body` with the message as a protocol gets it: of a message that is an object of texts
    /// the one under `key`, else the one under `default`.
    ///
    /// A message that is no such object is handed over as it is.
    func withMessage(for key: StaticString, _ body: (ByteView) -> Void) {
        withMessage(for: ByteView(key), body)
    }

    /// Calls `body` with the message as a protocol gets it, whose key is known at run time only.
    func withMessage(for key: ByteView, _ body: (ByteView) -> Void) {
        guard isStructured else {
            body(message)
            return
        }
        // The reader undoes escapes in place, and the record must stay as it is.
        var copy = message.array
        copy.withMutableByteView { text in body(Self.text(for: key, in: text) ?? message) }
    }

    /// The text under `key`, else under `default`; nil when there is neither.
    private static func text(for key: ByteView, in text: MutableByteView) -> ByteView? {
        var reader = JSONReader(text)
        var found: ByteView?
        var fallback: ByteView?
        do throws(JSONError) {
            try reader.beginObject()
            while let name = try reader.nextKey() {
                guard try reader.peek() == .string else {
                    try reader.skipValue()
                    continue
                }
                let value = try reader.string()
                if name == key { found = value }
                if name.is("default") { fallback = value }
            }
            return found ?? fallback
        } catch {
            return nil
        }
    }
}

extension SubscriptionProtocol {
    /// Under which a message that is an object of texts has the one for this protocol. Devices go by
    /// the name of their platform instead.
    var messageKey: StaticString {
        switch self {
        case .sqs: "sqs"
        case .http: "http"
        case .https: "https"
        case .lambda: "lambda"
        case .firehose: "firehose"
        case .email: "email"
        case .emailJSON: "email-json"
        case .sms: "sms"
        case .application: "default"
        }
    }
}
