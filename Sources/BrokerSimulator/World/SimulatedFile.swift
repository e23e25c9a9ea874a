/// A file in two states: as a reader sees it, and as it would be found after a power loss.
///
/// - Invariant: The states differ in `dirty` sectors and behind the end of `durable` only.
final class SimulatedFile {
    static let sectorByteCount = 512

    /// What is read.
    private(set) var current: [UInt8]
    private var durable: [UInt8]
    /// Sectors written since the last sync, some of them repeatedly.
    private var dirty: [Int] = []

    /// A file of zeros, durable.
    init(byteCount: Int) {
        current = [UInt8](repeating: 0, count: byteCount)
        durable = current
    }

    /// Writes `bytes`, of which only the sectors arrive that `picks` lets through.
    func write(_ bytes: [UInt8], at offset: Int, picks: (_ sector: Int) -> Bool = { _ in true }) {
        let end = offset + bytes.count
        if current.count < end {
            current.append(contentsOf: [UInt8](repeating: 0, count: end - current.count))
        }
        var start = offset
        while start < end {
            let sector = start / SimulatedFile.sectorByteCount
            let stop = min((sector + 1) * SimulatedFile.sectorByteCount, end)
            if picks(sector) {
                current.replaceSubrange(
                    start..<stop, with: bytes[(start - offset)..<(stop - offset)])
                dirty.append(sector)
            }
            start = stop
        }
    }

    /// Makes everything written durable.
    func sync() {
        if durable.count < current.count {
            durable.append(contentsOf: current[durable.count...])
        }
        for sector in dirty { copy(sector, from: current, to: &durable) }
        dirty.removeAll(keepingCapacity: true)
    }

    /// The power fails: of what was not synced only those sectors stay that `picks` lets through.
    func losePower(picks: (_ sector: Int) -> Bool) {
        for sector in Set(dirty).sorted() {
            let start = sector * SimulatedFile.sectorByteCount
            if picks(sector) {
                if durable.count < start + 1 {
                    durable.append(
                        contentsOf: [UInt8](repeating: 0, count: start + 1 - durable.count))
                }
                let stop = min(start + SimulatedFile.sectorByteCount, current.count)
                if durable.count < stop {
                    durable.append(
                        contentsOf: [UInt8](repeating: 0, count: stop - durable.count))
                }
                copy(sector, from: current, to: &durable)
            }
        }
        current = durable
        dirty.removeAll()
    }

    private func copy(_ sector: Int, from source: [UInt8], to target: inout [UInt8]) {
        let start = sector * SimulatedFile.sectorByteCount
        let stop = min(start + SimulatedFile.sectorByteCount, source.count, target.count)
        guard start < stop else { return }
        target.replaceSubrange(start..<stop, with: source[start..<stop])
    }

    /// Turns one bit over, in both states.
    func rot(at offset: Int, bit: Int) {
        current[offset] ^= 1 << UInt8(bit)
        if offset < durable.count { durable[offset] ^= 1 << UInt8(bit) }
    }
}
