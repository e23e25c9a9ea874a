import Testing

@testable import BrokerServer

@Suite struct PollerTests {
    private let poller: Poller
    private let wakes: [Wake]

    /// A poller with five events.
    init() throws {
        poller = try Poller()
        wakes = try (0..<5).map { _ in try Wake() }
        for (index, wake) in wakes.enumerated() {
            try poller.add(wake.number, key: UInt64(index), interest: .read)
            wake.signal()
        }
        poller.wait(milliseconds: 0)
    }

    private func takeKeys() -> [UInt64] {
        var keys: [UInt64] = []
        while let event = poller.takeEvent() { keys.append(event.key) }
        return keys
    }

    @Test func eventsThatNobodyTookStay() {
        var keys: [UInt64] = []
        for _ in 0..<2 {
            if let event = poller.takeEvent() { keys.append(event.key) }
        }
        #expect(poller.hasEvents)
        keys += takeKeys()
        #expect(keys.sorted() == [0, 1, 2, 3, 4])
        #expect(!poller.hasEvents)
        for wake in wakes.dropFirst() { wake.clear() }
        poller.wait(milliseconds: 0)
        #expect(takeKeys() == [0])
    }

    @Test func whatIsWatchedNoMoreHasNoEvents() {
        guard let first = poller.takeEvent() else {
            Issue.record("an event is there")
            return
        }
        let rest = (0..<5).filter { $0 != first.key }
        poller.remove(wakes[Int(rest[1])].number, key: rest[1])
        #expect(takeKeys().sorted() == [rest[0], rest[2], rest[3]])
        poller.wait(milliseconds: 0)
        #expect(takeKeys().sorted() == (0..<5).filter { $0 != rest[1] })
    }
}
