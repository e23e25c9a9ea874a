import Testing

@testable import BrokerCore

@Test func sequenceNumbersGrowWhateverTheWallClockSays() {
    let world = World()
    let years: [UInt64] = [0, 1970, 2026, 2086, 2096, 2097, 2098, 3000, 500_000_000]
    var last: UInt64 = 0
    for year in years {
        let timestamp = Timestamp(milliseconds: (max(year, 1970) - 1970) * 31_557_600_000)
        for _ in 0..<3 {
            let next = world.broker.nextSequenceNumber(after: last, at: timestamp)
            #expect(next > last && "\(next)".utf8.count == 20)
            last = next
        }
    }
}
