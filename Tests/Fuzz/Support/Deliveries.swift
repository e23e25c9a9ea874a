import Bytes

@testable import BrokerProtocol
@testable import BrokerServer

/// What goes to subscribers is one request or one mail, whatever publishers and subscribers wrote.
enum Deliveries {
    static func check(_ delivery: EncodedDelivery) {
        switch delivery.address {
        case .http(let url, let headers):
            guard let address = try? WebAddress(url) else { return }
            let request = try? RequestText.post(to: address, headers: headers, body: delivery.body)
            promise(request != nil, "a header of ours is a header")
        case .mail(let recipient):
            promise(!recipient.utf8.contains { $0 <= 0x20 || $0 == 0x7F }, "a recipient is one")
            mail(delivery.body)
        case .none(let reason): promise(!reason.isEmpty, "a reason is given")
        }
    }

    /// The head of a mail is fields and lines that go on with them, up to the first empty line.
    private static func mail(_ body: [UInt8]) {
        for line in body.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let text = line.last == 0x0D ? line.dropLast() : line
            if text.isEmpty { return }
            promise(!text.contains(0x0D), "a field has no carriage return")
            let isContinued = text.first == 0x20 || text.first == 0x09
            promise(isContinued || text.contains(0x3A), "a line of the head is a field")
        }
    }
}
