import Bytes

/// The records of published messages, each shared by all the messages and deliveries of its fan-out.
///
/// All verbs are O(1).
extension MessageStore {
    /// Takes a slot for a publication whose record stands at `position`.
    ///
    /// - Parameter references: How many will need it, at least one.
    func publish(at position: JournalPosition, length: Int, references: Int) -> UInt32 {
        precondition(references > 0, "what nobody needs is not kept")
        let slot = publications.allocate()
        publications[slot] = PublicationSlot()
        publications[slot].position = position.offset
        publications[slot].length = UInt32(length)
        publications[slot].references = UInt32(references)
        ledger.add(position: position.offset, length: UInt32(length))
        return slot
    }

    /// One who needed the publication does so no more.
    func dereference(_ publication: UInt32) {
        precondition(publications[publication].references > 0, "references are counted")
        publications[publication].references -= 1
        guard publications[publication].references == 0 else { return }
        ledger.remove(
            position: publications[publication].position,
            length: publications[publication].length)
        publications.free(publication)
    }

    /// A message that is about to be freed needs its record no more.
    func releaseRecord(of slot: UInt32) {
        if messages[slot].flags.contains(.published) {
            dereference(messages[slot].publication)
        } else {
            ledger.remove(position: messages[slot].position, length: messages[slot].length)
        }
    }

    /// Where the record of a message stands, and the bytes of its payload.
    func record(of message: MessageSlot) -> (position: JournalPosition, length: Int) {
        guard message.flags.contains(.published) else {
            return (JournalPosition(offset: message.position), Int(message.length))
        }
        let publication = publications[message.publication]
        return (JournalPosition(offset: publication.position), Int(publication.length))
    }
}
