import BrokerNode
import Testing

@testable import BrokerServer

@Suite struct CourierKeyTests {
    @Test func keysOfThePollerAreToldApart() {
        let largest = UInt64(1) << (CourierKey.bitCount - 2) - 1
        var keys: [EventKey] = [.wake, .termination, .listener(0), .listener(9)]
        for number in [1, 2, largest] {
            keys.append(.courier(.connection(number)))
            keys += MailRoom.Part.allCases.map { .courier(.mail($0, of: number)) }
        }
        for key in keys { #expect(EventKey(bits: key.bits) == key) }
        #expect(Set(keys.map(\.bits)).count == keys.count)
        let token = ConnectionToken(bits: 63 << 56 | 12_345)
        #expect(EventKey(bits: EventKey.connection(token).bits) == .connection(token))
    }
}
