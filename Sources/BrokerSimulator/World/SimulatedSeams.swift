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

/// Subscribers outside: they answer, refuse, or hang, as the seed picks.
final class SimulatedCourier: Courier {
    private struct UnderWay {
        var number: UInt64
        var start: UInt64
        var end: UInt64
        var result: ParcelResult
    }

    private let clock: SimulatedClock
    private let random: Randomness
    private let faults: Faults
    private var underWay: [UnderWay] = []
    /// Whether faults happen.
    var isTrouble = true
    /// Told of every parcel, and whether the subscriber takes it.
    var onParcel: (Parcel, _ isTaken: Bool) -> Void = { _, _ in }

    init(clock: SimulatedClock, random: Randomness, faults: Faults) {
        self.clock = clock
        self.random = random
        self.faults = faults
    }

    func send(_ parcel: Parcel, at now: UInt64) {
        var result = ParcelResult.answered(status: 200, body: [])
        var end = clock.now + random.waiting(mean: 20)
        let fails = isTrouble && random.chance(faults.failingSubscriber)
        if fails {
            switch random.below(3) {
            case 0: result = .answered(status: random.pick([404, 500, 503]), body: [])
            case 1: result = .failed(reason: "refused")
            default:
                result = .failed(reason: "timed out")
                end = clock.now + parcel.timeoutMilliseconds
            }
        }
        onParcel(parcel, !fails)
        underWay.append(
            UnderWay(number: parcel.number, start: clock.now, end: end, result: result))
    }

    func takeResults(
        _ body: (_ number: UInt64, _ result: ParcelResult, _ elapsed: UInt64) -> Void
    ) {
        let ended = underWay.filter { $0.end <= clock.now }
        guard !ended.isEmpty else { return }
        underWay.removeAll { $0.end <= clock.now }
        for parcel in ended { body(parcel.number, parcel.result, parcel.end - parcel.start) }
    }

    var nextDeadline: UInt64? { underWay.map(\.end).min() }

    /// The node is gone, and its connections with it.
    func crash() { underWay.removeAll() }
}
