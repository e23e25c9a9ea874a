/// What of the courier an event of the poller is about. Numbers are never used again, so that an event
/// of something that has ended finds nothing.
enum CourierKey: Equatable {
    case connection(UInt64)
    /// One of the three descriptors of a running mail command.
    case mail(MailRoom.Part, of: UInt64)

    /// How many bits a key has.
    static let bitCount: UInt64 = 56

    /// The key as one number.
    var bits: UInt64 {
        switch self {
        case .connection(let number): number << 2
        case .mail(let part, let number): number << 2 | part.rawValue
        }
    }

    init(bits: UInt64) {
        let number = bits >> 2
        self =
            MailRoom.Part(rawValue: bits & 3).map { .mail($0, of: number) } ?? .connection(number)
    }
}
