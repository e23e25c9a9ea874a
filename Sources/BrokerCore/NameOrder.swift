/// What is listed in the order of its name.
protocol Named: AnyObject {
    var name: String { get }
    /// Tells things of the same name apart.
    var number: UInt32 { get }
}

/// Queues or topics in the order of their names.
///
/// Kept as chunks of bounded length, so that a change moves at most one chunk's references, and now
/// and then the list of chunks.
struct NameOrder<Element: Named> {
    /// - Invariant: No chunk is empty, and each begins behind the end of the one before.
    private var chunks: [[Element]] = []

    /// How many elements there are.
    private(set) var count = 0

    init() {}

    var isEmpty: Bool { chunks.isEmpty }

    /// Enters an element that is not there.
    mutating func insert(_ element: Element) {
        count += 1
        guard !chunks.isEmpty else {
            chunks = [[element]]
            return
        }
        let chunk = max(chunkIndex(behind: element.name, element.number) - 1, 0)
        let place = Self.place(of: element.name, element.number, in: chunks[chunk])
        chunks[chunk].insert(element, at: place)
        chunks.splitChunk(chunk, grownAt: place)
    }

    /// Takes out an element that is there.
    mutating func remove(_ element: Element) {
        let chunk = chunkIndex(behind: element.name, element.number) - 1
        precondition(chunk >= 0, "the element is in the list")
        let place = Self.place(of: element.name, element.number, in: chunks[chunk])
        precondition(
            place < chunks[chunk].count && chunks[chunk][place] === element,
            "the element is in the list")
        chunks[chunk].remove(at: place)
        if chunks[chunk].isEmpty { chunks.remove(at: chunk) }
        count -= 1
    }

    /// Calls `body` with the elements of this name and of later ones, in order, as long as it asks for
    /// more.
    func forEach(from name: String, _ body: (Element) -> Bool) {
        let start = max(chunkIndex(behind: name, 0) - 1, 0)
        for index in start..<chunks.count {
            let skipped = index == start ? Self.place(of: name, 0, in: chunks[index]) : 0
            for element in chunks[index][skipped...] where !body(element) { return }
        }
    }

    /// The first chunk that begins behind a name and number.
    private func chunkIndex(behind name: String, _ number: UInt32) -> Int {
        var low = 0
        var high = chunks.count
        while low < high {
            let middle = (low + high) / 2
            if Self.isBehind(chunks[middle][0], name, number) {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }

    /// Where the first element stands that does not come before a name and number.
    private static func place(of name: String, _ number: UInt32, in chunk: [Element]) -> Int {
        var low = 0
        var high = chunk.count
        while low < high {
            let middle = (low + high) / 2
            let element = chunk[middle]
            if element.name < name || (element.name == name && element.number < number) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    private static func isBehind(_ element: Element, _ name: String, _ number: UInt32) -> Bool {
        element.name > name || (element.name == name && element.number > number)
    }
}
