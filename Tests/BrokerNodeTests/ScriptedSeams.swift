import BrokerNode
import Bytes

/// A network in memory: the test sees the parcels and says what becomes of them.
final class ScriptedCourier: Courier {
    /// Parcels that were not answered yet, oldest first.
    private(set) var underWay: [Parcel] = []
    /// Every parcel so far.
    private(set) var sent: [Parcel] = []
    /// What is answered to a parcel at once; nil to let it wait.
    var answer: (Parcel) -> ParcelResult? = { _ in nil }
    private var results: [(UInt64, ParcelResult, UInt64)] = []

    func send(_ parcel: Parcel, at now: UInt64) {
        sent.append(parcel)
        if let result = answer(parcel) {
            results.append((parcel.number, result, 0))
        } else {
            underWay.append(parcel)
        }
    }

    /// Answers the parcel `number`.
    func answer(_ number: UInt64, _ result: ParcelResult, after elapsed: UInt64 = 5) {
        guard let index = underWay.firstIndex(where: { $0.number == number }) else {
            preconditionFailure("a parcel is answered once")
        }
        underWay.remove(at: index)
        results.append((number, result, elapsed))
    }

    func takeResults(
        _ body: (_ number: UInt64, _ result: ParcelResult, _ elapsed: UInt64) -> Void
    ) {
        let taken = results
        results = []
        for (number, result, elapsed) in taken { body(number, result, elapsed) }
    }

    var nextDeadline: UInt64? { nil }
}

extension Parcel {
    /// The URL or the recipient.
    var destination: String {
        switch address {
        case .http(let url, _): url
        case .mail(let recipient): recipient
        }
    }

    /// The body as text.
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// A key whose signatures tell what was signed, made when the test says so.
final class ScriptedSigner: Signer {
    private(set) var certificate: SigningCertificate?
    /// Whether signatures wait for `release`.
    var isHeld = false
    /// Texts in the order in which they came.
    private(set) var texts: [String] = []
    private var held: [(ticket: UInt64, signature: [UInt8])] = []
    private var made: [(ticket: UInt64, signature: [UInt8])] = []

    func sign(_ text: [UInt8], version: UInt8, ticket: UInt64) {
        texts.append(String(decoding: text, as: UTF8.self))
        let signature = ScriptedSigner.signature(number: texts.count, version: version)
        held.append((ticket, Array(signature.utf8)))
        if !isHeld { release() }
    }

    /// The signature of the text that came as the `number`th.
    static func signature(number: Int, version: UInt8) -> String {
        "signature \(number) of version \(version)"
    }

    /// Makes the signatures that wait.
    func release() {
        certificate = SigningCertificate(
            path: "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
            pem: Array("-----BEGIN CERTIFICATE-----\n".utf8))
        made += held
        held = []
    }

    func takeSignatures(_ body: (_ ticket: UInt64, _ signature: [UInt8]) -> Void) {
        let taken = made
        made = []
        for (ticket, signature) in taken { body(ticket, signature) }
    }
}

/// Keeps what is reported of deliveries.
final class DeliveryRecorder: DeliveryLog {
    private(set) var documents: [String] = []
    private(set) var notices: [DeliveryNotice] = []

    func write(status document: ByteView) { documents.append(document.string) }
    func write(_ notice: DeliveryNotice) { notices.append(notice) }
}
