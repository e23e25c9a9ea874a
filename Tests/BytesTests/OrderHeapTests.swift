import Bytes
import Testing

@Suite struct OrderHeapTests {
    @Test(arguments: 0..<8 as Range<UInt64>)
    func aHeapBehavesLikeASortedArray(seed: UInt64) {
        var shuffle = Shuffle(seed: seed)
        let heap = OrderHeap()
        var model: [OrderHeap.Entry] = []
        for _ in 0..<2000 {
            if shuffle.below(3) > 0 {
                let entry = OrderHeap.Entry(
                    order: UInt64(shuffle.below(50)), slot: UInt32(shuffle.below(9)),
                    stamp: UInt32(shuffle.below(3)))
                heap.push(order: entry.order, slot: entry.slot, stamp: entry.stamp)
                let place = model.firstIndex {
                    ($0.order, $0.slot, $0.stamp) > (entry.order, entry.slot, entry.stamp)
                }
                model.insert(entry, at: place ?? model.count)
            } else {
                #expect(heap.first == model.first)
                #expect(heap.pop() == (model.isEmpty ? nil : model.removeFirst()))
            }
            #expect(heap.count == model.count && heap.isEmpty == model.isEmpty)
        }
        while let entry = heap.pop() { #expect(entry == model.removeFirst()) }
        #expect(model.isEmpty)
    }

    @Test func removingAllEmptiesTheHeap() {
        let heap = OrderHeap()
        for order in 0..<100 as Range<UInt64> { heap.push(order: order, slot: 1, stamp: 1) }
        heap.removeAll()
        #expect(heap.isEmpty && heap.pop() == nil && heap.first == nil)
        #expect(heap.memoryByteCount == 0)
        heap.push(order: 3, slot: 4, stamp: 5)
        #expect(heap.pop() == OrderHeap.Entry(order: 3, slot: 4, stamp: 5))
    }
}
