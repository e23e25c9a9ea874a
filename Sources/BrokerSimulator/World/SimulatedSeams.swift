import BrokerNode
import Bytes

/// A key that signs at once; nobody in the world checks.
final class SimulatedSigner: Signer {
    let certificate: SigningCertificate? = SigningCertificate(
        path: "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
        pem: Array("-----BEGIN CERTIFICATE-----\n".utf8))
    private var made: [UInt64] = []

    func sign(_ text: [UInt8], version: UInt8, ticket: UInt64) { made.append(ticket) }

    func takeSignatures(_ body: (_ ticket: UInt64, _ signature: [UInt8]) -> Void) {
        let taken = made
        made = []
        for ticket in taken { body(ticket, Array("c2lnbmF0dXJl".utf8)) }
    }
}

/// Nobody reads it.
final class SilentDeliveryLog: DeliveryLog {
    func write(status document: ByteView) {}
    func write(_ notice: DeliveryNotice) {}
}
