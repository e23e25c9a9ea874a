import BrokerCore
import Bytes

/// Where deliveries go for which a local server stands in; nil where none is configured.
public struct DeliveryEndpoints: Sendable {
    /// A Lambda-compatible endpoint, by its base URL.
    public var lambda: String?
    /// A Firehose-compatible endpoint, by its base URL.
    public var firehose: String?
    /// The gateway that takes SMS as JSON.
    public var sms: String?
    /// The gateway that takes mobile push messages as JSON.
    public var push: String?
    public init() {}
}

/// A delivery as it leaves: a request to a URL, or a mail.
public struct EncodedDelivery: Sendable {
    public enum Address: Sendable {
        case http(url: String, headers: [(name: String, value: String)])
        case mail(recipient: String)
        /// There is nothing that could take it, and why.
        case none(reason: String)
    }
    public var address: Address
    public var body: [UInt8]
    public init(address: Address, body: [UInt8]) {
        self.address = address
        self.body = body
    }
}

/// Turns deliveries that are due into what is sent.
public enum DeliveryEncoder {
    /// Appends the text to be signed for a delivery.
    ///
    /// - Parameter payload: The payload of the record, for notifications.
    /// - Returns: Whether it is signed at all.
    public static func appendSignedText(
        of delivery: DueDelivery, payload: ByteView, links: NotificationLinks,
        into writer: inout ByteWriter
    ) -> Bool {
        false
    }

    /// What is sent for a delivery.
    ///
    /// - Parameter signature: In base64; empty when it is not signed.
    public static func encode(
        _ delivery: DueDelivery, payload: ByteView, links: NotificationLinks, signature: ByteView,
        endpoints: DeliveryEndpoints
    ) -> EncodedDelivery {
        EncodedDelivery(address: .none(reason: "unknown"), body: [])
    }

    /// What an attempt's answer means.
    ///
    /// - Parameter status: The status of the response.
    public static func result(
        of delivery: DueDelivery, status: Int, body: [UInt8]
    ) -> DeliveryResult {
        .failed
    }
}
