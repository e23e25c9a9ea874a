import Testing

@testable import BrokerCore

@Suite struct SlotLayoutTests {
    @Test func slotsHaveTheSizesThatTheDocumentStates() {
        #expect(MemoryLayout<MessageSlot>.stride == 64)
        #expect(MemoryLayout<DeliverySlot>.stride == 64)
        #expect(MemoryLayout<GroupSlot>.stride == 80)
        #expect(MemoryLayout<DeduplicationSlot>.stride == 56)
        #expect(MemoryLayout<AttemptSlot>.stride == 168)
        #expect(MemoryLayout<PublicationSlot>.stride == 24)
        #expect(MemoryLayout<OwedSlot>.stride == 56)
    }
}
