import Bytes
import Testing

struct TestSlot: SlabSlot, Equatable {
    var value: UInt64 = 0
    var generation: UInt32 = 0
    var nextFree: UInt32 = 0
}

@Suite struct SlabTests {
    /// A slab's naive double: arrays, and a stack of free indices.
    struct Model {
        var slots: [TestSlot] = [TestSlot()]
        var free: [UInt32] = []
        var live: [UInt32] = []

        mutating func allocate() -> UInt32 {
            let index = free.popLast() ?? UInt32(slots.count)
            if Int(index) == slots.count { slots.append(TestSlot()) }
            live.append(index)
            return index
        }
    }

    /// Allocates, frees and writes at random in both.
    static func step(_ slab: Slab<TestSlot>, _ model: inout Model, _ shuffle: inout Shuffle) {
        switch shuffle.below(4) {
        case 0, 1:
            let index = slab.allocate()
            #expect(index == model.allocate())
            #expect(slab[index].generation == model.slots[Int(index)].generation)
            slab[index].generation += 1
            model.slots[Int(index)].generation += 1
        case 2 where !model.live.isEmpty:
            let index = model.live.remove(at: shuffle.below(model.live.count))
            slab.free(index)
            model.free.append(index)
        default:
            guard let index = model.live.randomElement(using: &shuffle) else { return }
            let value = shuffle.next()
            slab[index].value = value
            model.slots[Int(index)].value = value
        }
    }

    static func expectSame(_ slab: Slab<TestSlot>, _ model: Model) {
        #expect(slab.count == model.live.count)
        #expect(Int(slab.highWater) == model.slots.count)
        for index in model.live {
            let (slot, double) = (slab[index], model.slots[Int(index)])
            #expect(slot.value == double.value && slot.generation == double.generation)
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func aSlabBehavesLikeItsModel(seed: UInt64) {
        var shuffle = Shuffle(seed: seed)
        let slab = Slab<TestSlot>(slotsPerPage: 8)
        var model = Model()
        for _ in 0..<3000 { Self.step(slab, &model, &shuffle) }
        Self.expectSame(slab, model)
        #expect(slab.pageCount == (model.slots.count + 7) / 8)
        #expect(slab.memoryByteCount >= slab.pageCount * 8 * MemoryLayout<TestSlot>.stride)
    }

    @Test(arguments: 0..<24 as Range<UInt64>)
    func aCutIsTheStateWhenItBeganAndRestoresToTheSameBehaviour(seed: UInt64) {
        var shuffle = Shuffle(seed: 100 + seed)
        let slab = Slab<TestSlot>(slotsPerPage: 8)
        var model = Model()
        for _ in 0..<(shuffle.below(800)) { Self.step(slab, &model, &shuffle) }
        for _ in 0..<3 {
            slab.beginCut()
            let header = slab.cutHeader
            var atCut = model
            let restored = Slab<TestSlot>(slotsPerPage: 8)
            #expect(restored.restore(header))
            var handedOut = 0
            while true {
                for _ in 0..<shuffle.below(60) { Self.step(slab, &model, &shuffle) }
                let more = slab.nextCutPage { page, image in
                    #expect(page == handedOut)
                    #expect(restored.restorePage(page, image: image))
                    handedOut += 1
                }
                if !more { break }
            }
            #expect(!restored.awaitsPages)
            Self.expectSame(restored, atCut)
            Self.expectSame(slab, model)
            var future = shuffle
            for _ in 0..<400 { Self.step(restored, &atCut, &future) }
            Self.expectSame(restored, atCut)
        }
        #expect(slab.memoryByteCount == slab.pageCount * 8 * 16 + tableByteCount(slab.pageCount))
    }

    private func tableByteCount(_ pages: Int) -> Int {
        var capacity = 16
        while capacity < pages { capacity *= 2 }
        return capacity * 16
    }

    @Test func aSlotIsZeroedOnlyBeforeItsFirstUse() {
        let slab = Slab<TestSlot>()
        let index = slab.allocate()
        #expect(index == 1)
        slab[index].generation = 7
        slab.free(index)
        #expect(slab.allocate() == index)
        #expect(slab[index].generation == 7)
    }

    @Test func anAbandonedCutLeavesTheSlabAsItIs() {
        let slab = Slab<TestSlot>(slotsPerPage: 4)
        for _ in 0..<20 { _ = slab.allocate() }
        slab.beginCut()
        for index in 1...20 as ClosedRange<UInt32> { slab[index].value = UInt64(index) }
        slab.abandonCut()
        #expect(!slab.nextCutPage { _, _ in })
        slab[3].value = 5
        #expect(slab[3].value == 5 && slab[20].value == 20)
    }

    @Test func anEmptySlabHasAnEmptyCut() {
        let slab = Slab<TestSlot>()
        slab.beginCut()
        #expect(slab.allocate() == 1)
        #expect(!slab.nextCutPage { _, _ in })
        #expect(slab.cutHeader == SlabHeader(freeHead: 0, highWater: 1, count: 0))
        let restored = Slab<TestSlot>()
        #expect(restored.restore(slab.cutHeader) && !restored.awaitsPages)
        #expect(restored.allocate() == 1)
    }

    @Test func damagedImagesAreRefused() {
        let fresh = { Slab<TestSlot>(slotsPerPage: 4) }
        #expect(!fresh().restore(SlabHeader(freeHead: 0, highWater: 0, count: 0)))
        #expect(!fresh().restore(SlabHeader(freeHead: 5, highWater: 5, count: 0)))
        #expect(!fresh().restore(SlabHeader(freeHead: 0, highWater: 5, count: 5)))
        let image = [UInt8](repeating: 0, count: 48)
        withView(image) { view in
            let slab = fresh()
            #expect(slab.restore(SlabHeader(freeHead: 0, highWater: 3, count: 2)))
            #expect(!slab.restorePage(1, image: view))
            #expect(!slab.restorePage(0, image: view.prefix(32)))
            #expect(slab.restorePage(0, image: view))
            #expect(!slab.restorePage(1, image: view))
            let short = fresh()
            #expect(short.restore(SlabHeader(freeHead: 1, highWater: 3, count: 0)))
            #expect(!short.restorePage(0, image: view), "the list ends after one of two")
        }
    }

    @Test func anIndexThatWasNeverAllocatedStopsTheProcess() async {
        await #expect(processExitsWith: .failure) { _ = Slab<TestSlot>()[0].value }
        await #expect(processExitsWith: .failure) { Slab<TestSlot>()[1].value = 1 }
        await #expect(processExitsWith: .failure) {
            let slab = Slab<TestSlot>()
            _ = slab.allocate()
            slab.beginCut()
            slab[2].value = 1
        }
    }
}
