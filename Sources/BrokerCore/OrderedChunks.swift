/// A chunk of elements in order that grows longer than this is split in two.
private let chunkLimit = 512

extension Array {
    /// Splits the chunk at `index` if it has become too long by what was inserted at `place` of it.
    mutating func splitChunk<Part>(_ index: Int, grownAt place: Int) where Element == [Part] {
        guard self[index].count > chunkLimit else { return }
        // A chunk that grew at its end stays full: most things come in order.
        let isLast = index == count - 1 && place == self[index].count - 1
        let half = isLast ? chunkLimit : chunkLimit / 2
        let tail = Array<Part>(self[index][half...])
        self[index].removeSubrange(half...)
        insert(tail, at: index + 1)
    }
}
