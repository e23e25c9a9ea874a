/// A set of numbers in ascending order.
///
/// Kept as chunks of bounded length, so that a change moves at most one chunk's numbers, and now and
/// then the list of chunks.
struct SortedNumbers {
    /// - Invariant: No chunk is empty, and each begins above the end of the one before.
    private var chunks: [[UInt32]] = []

    /// How many numbers there are.
    private(set) var count = 0

    var isEmpty: Bool { chunks.isEmpty }

    /// The highest number.
    var last: UInt32? { chunks.last?.last }

    /// Enters a number; one that is there stays.
    mutating func insert(_ number: UInt32) {
        guard !chunks.isEmpty else {
            chunks = [[number]]
            count = 1
            return
        }
        let chunk = max(chunkIndex(behind: number) - 1, 0)
        let place = Self.place(of: number, in: chunks[chunk])
        if place < chunks[chunk].count, chunks[chunk][place] == number { return }
        chunks[chunk].insert(number, at: place)
        count += 1
        chunks.splitChunk(chunk, grownAt: place)
    }

    /// Takes a number out, and says whether it was there.
    @discardableResult
    mutating func remove(_ number: UInt32) -> Bool {
        let chunk = chunkIndex(behind: number) - 1
        guard chunk >= 0 else { return false }
        let place = Self.place(of: number, in: chunks[chunk])
        guard place < chunks[chunk].count, chunks[chunk][place] == number else { return false }
        chunks[chunk].remove(at: place)
        if chunks[chunk].isEmpty { chunks.remove(at: chunk) }
        count -= 1
        return true
    }

    /// Calls `body` with the numbers above `number`, in order, as long as it asks for more.
    func forEach(above number: UInt32, _ body: (UInt32) -> Bool) {
        let start = max(chunkIndex(behind: number) - 1, 0)
        for index in start..<chunks.count {
            let skipped = index == start ? chunks[index].firstIndex(above: number) : 0
            for number in chunks[index][skipped...] where !body(number) { return }
        }
    }

    /// Appends these numbers and the sorted `others`, none of which is among them, in order: those
    /// from `first` on, and at most `limit`.
    ///
    /// - Returns: Whether there are no more.
    func merge(
        _ others: [UInt32], from first: UInt32, limit: Int, into result: inout [UInt32]
    ) -> Bool {
        let end = limit < .max - result.count ? result.count + limit : .max
        result.reserveCapacity(result.count + min(limit, count + others.count))
        var next = Self.place(of: first, in: others)
        let start = max(chunkIndex(behind: first) - 1, 0)
        for index in start..<chunks.count {
            // What is too much of a chunk is cut off below.
            if result.count > end { break }
            let skipped = index == start ? Self.place(of: first, in: chunks[index]) : 0
            let numbers = chunks[index][skipped...]
            guard next < others.count, let last = numbers.last, others[next] < last else {
                result += numbers
                continue
            }
            for number in numbers {
                while next < others.count, others[next] < number {
                    result.append(others[next])
                    next += 1
                }
                result.append(number)
            }
        }
        if result.count <= end { result += others[next...] }
        guard result.count > end else { return true }
        result.removeLast(result.count - end)
        return false
    }

    /// The first chunk that begins above `number`.
    private func chunkIndex(behind number: UInt32) -> Int {
        var low = 0
        var high = chunks.count
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle][0] <= number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Where the first number stands that is not below `number`.
    private static func place(of number: UInt32, in chunk: [UInt32]) -> Int {
        var low = 0
        var high = chunk.count
        while low < high {
            let middle = (low + high) / 2
            if chunk[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
