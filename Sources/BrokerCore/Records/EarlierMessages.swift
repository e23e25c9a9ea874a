import Bytes

/// The messages of snapshots of format 1: their slots had 64 bytes, each field a place of its own,
/// and the number of the backlog beside that of the group.
enum EarlierMessages {
    /// The number of their table.
    static let table: UInt8 = 0
    static let slotByteCount = 64

    /// The image of a page as today's slots are.
    ///
    /// - Throws: When a field holds what it never could.
    static func converted(_ image: ByteView) throws(RecordError) -> [UInt8] {
        let count = image.count / slotByteCount
        guard image.count == count * slotByteCount else {
            throw RecordError("a page of messages ends within one")
        }
        var page = ByteWriter(capacity: count * MemoryLayout<MessageSlot>.stride)
        for index in 0..<count {
            let start = index * slotByteCount
            append(try slot(image[start..<start + slotByteCount]), to: &page)
        }
        return page.array
    }

    private static func slot(_ bytes: ByteView) throws(RecordError) -> MessageSlot {
        let sentAt = bytes.littleEndian(at: 16, as: UInt64.self)
        let length = bytes.littleEndian(at: 24, as: UInt32.self)
        let flags = bytes[61]
        guard sentAt < MessageSlot.sentAtBound, length < MessageSlot.lengthBound,
            let place = Place(rawValue: bytes[60]), flags <= MessageFlags.all.rawValue
        else { throw RecordError("a message is out of bounds") }
        var slot = MessageSlot()
        slot.position = bytes.littleEndian(at: 0)
        slot.order = bytes.littleEndian(at: 8)
        slot.sentAt = sentAt
        slot.receivesBefore = bytes.littleEndian(at: 62)
        slot.length = length
        slot.place = place
        slot.flags = MessageFlags(rawValue: flags)
        slot.next = bytes.littleEndian(at: 28)
        slot.previous = bytes.littleEndian(at: 32)
        slot.nextByAge = bytes.littleEndian(at: 36)
        slot.previousByAge = bytes.littleEndian(at: 40)
        // At 44 stands the backlog, which the group knows.
        slot.group = bytes.littleEndian(at: 48)
        slot.delivery = bytes.littleEndian(at: 52)
        slot.generation = bytes.littleEndian(at: 56)
        return slot
    }

    private static func append(_ slot: MessageSlot, to page: inout ByteWriter) {
        for word in [slot.position, slot.order, slot.sentAtAndReceives] {
            page.append(littleEndian: word)
        }
        for word in [
            slot.lengthAndState, slot.next, slot.previous, slot.nextByAge, slot.previousByAge,
            slot.group, slot.delivery, slot.generation,
        ] {
            page.append(littleEndian: word)
        }
    }
}
