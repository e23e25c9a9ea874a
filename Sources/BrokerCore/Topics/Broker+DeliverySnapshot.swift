import Bytes

/// Publications and owed deliveries in a snapshot: their tables' headers and the targets of direct
/// messages; the pages come with those of the other tables.
extension Broker {
    /// Nil while nothing was ever published.
    func encodeDeliveriesHeader() -> [UInt8]? {
        guard store.publications.highWater > 1 || store.owed.highWater > 1 else { return nil }
        var writer = ByteWriter(capacity: 256)
        for header in [store.publications.cutHeader, store.owed.cutHeader] {
            writer.append(littleEndian: header.freeHead)
            writer.append(littleEndian: header.highWater)
            writer.append(littleEndian: header.count)
        }
        writer.append(littleEndian: UInt32(ring.directTargets.count))
        for (slot, target) in ring.directTargets.sorted(by: { $0.key < $1.key }) {
            writer.append(littleEndian: slot)
            writer.append(counted: target)
        }
        return writer.array
    }

    mutating func loadDeliveriesHeader(_ reader: inout RecordReader) throws(RecordError) {
        guard store.publications.highWater <= 1, store.owed.highWater <= 1 else {
            throw RecordError("the tables of deliveries come once")
        }
        let hasPublications = store.publications.restore(try reader.slabHeader())
        let hasDeliveries = store.owed.restore(try reader.slabHeader())
        guard hasPublications, hasDeliveries else {
            throw RecordError("a table's header contradicts itself")
        }
        for _ in 0..<(try reader.integer(UInt32.self)) {
            let slot: UInt32 = try reader.integer()
            ring.directTargets[slot] = try reader.text()
        }
    }
}
