import Testing

@testable import BrokerCore

@Suite struct SlotLayoutTests {
    @Test func slotsHaveTheSizesThatTheDocumentStates() {
        #expect(MemoryLayout<MessageSlot>.stride == 56)
        #expect(MemoryLayout<DeliverySlot>.stride == 64)
        #expect(MemoryLayout<GroupSlot>.stride == 80)
        #expect(MemoryLayout<DeduplicationSlot>.stride == 56)
        #expect(MemoryLayout<AttemptSlot>.stride == 168)
        #expect(MemoryLayout<PublicationSlot>.stride == 24)
        #expect(MemoryLayout<OwedSlot>.stride == 56)
    }

    @Test func whatSharesAWordOfAMessageDoesNotChangeTheOther() {
        var slot = MessageSlot()
        let latest = MessageSlot.sentAtBound - 1
        for (sentAt, receives) in [(latest, 0), (0, UInt16.max), (latest, .max), (0, 0)] {
            slot.receivesBefore = receives
            slot.sentAt = sentAt
            #expect(slot.sentAt == sentAt && slot.receivesBefore == receives)
            slot.receivesBefore = ~receives
            #expect(slot.sentAt == sentAt && slot.receivesBefore == ~receives)
        }
        slot.length = MessageSlot.lengthBound - 1
        for place in [Place.ready, .delayed, .inFlight, .free] {
            slot.flags = place == .free ? [] : .all
            slot.place = place
            #expect(slot.place == place)
            #expect(slot.flags == (place == .free ? [] : .all))
            #expect(slot.length == MessageSlot.lengthBound - 1)
        }
        slot.flags = .all
        slot.place = .inFlight
        slot.length = 0
        #expect(slot.place == .inFlight && slot.flags == .all && slot.length == 0)
    }

    @Test func aSlotHasRoomForTheLargestRecord() {
        #expect(MessageSlot.lengthBound > 4 << 20)
        #expect(MessageFlags.all.rawValue < 1 << 6)
    }

    @Test func anInstantHas48Bits() async {
        await #expect(processExitsWith: .failure) {
            var slot = MessageSlot()
            slot.sentAt = 1 << 48
        }
    }

    @Test func aLengthHas24Bits() async {
        await #expect(processExitsWith: .failure) {
            var slot = MessageSlot()
            slot.length = 1 << 24
        }
    }
}
