import BrokerNode

/// A network that reaches nobody.
final class NoCourier: Courier {
    private var numbers: [UInt64] = []

    func send(_ parcel: Parcel, at now: UInt64) { numbers.append(parcel.number) }

    func takeResults(
        _ body: (_ number: UInt64, _ result: ParcelResult, _ elapsed: UInt64) -> Void
    ) {
        let taken = numbers
        numbers = []
        for number in taken { body(number, .failed(reason: "no network"), 0) }
    }

    var nextDeadline: UInt64? { nil }
}

/// A signer without a key.
final class NoSigner: Signer {
    private var tickets: [UInt64] = []
    var certificate: SigningCertificate? { nil }

    func sign(_ text: [UInt8], version: UInt8, ticket: UInt64) { tickets.append(ticket) }

    func takeSignatures(_ body: (_ ticket: UInt64, _ signature: [UInt8]) -> Void) {
        let taken = tickets
        tickets = []
        for ticket in taken { body(ticket, []) }
    }
}
