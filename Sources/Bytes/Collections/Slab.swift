/// Slots of one type in pages that never move, addressed by UInt32 indices.
///
/// `allocate`, `free` and access by index are O(1). Index 0 is never allocated: it means "none".
/// Freed slots are taken again last in, first out, so the same calls give the same indices. A slot
/// is set to `Slot()` before its first use only; a generation counter survives its reuse.
///
/// A *cut* gives the pages as they were at one moment while mutation goes on: after `beginCut`,
/// the first mutation of a page that has not been handed out copies it first.
///
///     pages   [ 0 handed out ][ 1 copied, then mutated ][ 2 untouched ][ 3 born after the cut ]
///                              ^ cutCursor                              ^ cutPageCount
///
/// - Invariant: `copies[page]` exists only for cutCursor <= page < cutPageCount.
/// - Invariant: `writable` is `highWater - 1`, or 0 during a cut and while restoring.
@safe
public final class Slab<Slot: SlabSlot> {
    private let pageShift: UInt32
    private let slotMask: UInt32
    private var pages: UnsafeMutablePointer<UnsafeMutablePointer<Slot>>
    private var copies: UnsafeMutablePointer<UnsafeMutablePointer<Slot>?>
    private var pageCapacity: Int = 16
    private var header = SlabHeader(freeHead: 0, highWater: 1, count: 0)

    // Reads check `index - 1 < readable`, writes check `index - 1 < writable`: one comparison that
    // refuses index 0, refuses what was never allocated, and leads aside during a cut.
    private var readable: UInt32 = 0
    private var writable: UInt32 = 0

    private var cutCursor = 0
    private var cutPageCount = 0
    private var isCutting = false
    private var isRestoring = false
    private var copiedPageCount = 0

    /// The header as of the latest `beginCut`.
    public private(set) var cutHeader = SlabHeader(freeHead: 0, highWater: 1, count: 0)

    /// How many pages exist.
    public private(set) var pageCount = 0

    /// An empty slab. `slotsPerPage` is a power of two.
    public init(slotsPerPage: Int = 1024) {
        precondition(
            slotsPerPage > 0 && slotsPerPage & (slotsPerPage - 1) == 0 && slotsPerPage <= 1 << 20,
            "a page holds a power of two of slots, so that an index splits by shifting")
        precondition(
            MemoryLayout<Slot>.stride <= 256 && MemoryLayout<Slot>.alignment <= 16,
            "slots are small and as aligned as the heap aligns")
        pageShift = UInt32(slotsPerPage.trailingZeroBitCount)
        slotMask = UInt32(slotsPerPage - 1)
        unsafe pages = .allocate(capacity: pageCapacity)
        unsafe copies = .allocate(capacity: pageCapacity)
        unsafe copies.initialize(repeating: nil, count: pageCapacity)
    }

    deinit {
        for page in 0..<pageCount {
            unsafe pages[page].deallocate()
            unsafe copies[page]?.deallocate()
        }
        unsafe pages.deallocate()
        unsafe copies.deallocate()
    }

    /// How many slots are allocated.
    public var count: Int { Int(header.count) }

    /// One more than the highest index ever allocated; every allocated index is below it.
    public var highWater: UInt32 { header.highWater }

    /// The slot that `allocate` would return.
    public var nextIndex: UInt32 { header.freeHead == 0 ? header.highWater : header.freeHead }

    /// How many slots a page holds.
    public var slotsPerPage: Int { Int(slotMask) + 1 }

    /// The memory held, in bytes.
    public var memoryByteCount: Int {
        (pageCount + copiedPageCount) * pageByteCount
            + pageCapacity * 2 * MemoryLayout<Int>.stride
    }

    // MARK: Slots

    /// Takes a slot: the one freed last, else one never used before. O(1).
    public func allocate() -> UInt32 {
        precondition(!isRestoring, "a slab is whole before it is used")
        let index = header.freeHead
        if index != 0 {
            // The list was written by `free`, and a restored one was walked to its end.
            header.freeHead = unsafe writablePointer(index).pointee.nextFree
        } else {
            return allocateFresh()
        }
        header.count += 1
        return index
    }

    private func allocateFresh() -> UInt32 {
        let index = header.highWater
        precondition(index < .max, "a slab holds fewer than 2^32 slots")
        let page = Int(index >> pageShift)
        if page == pageCount { addPage() }
        header.highWater = index + 1
        header.count += 1
        readable = index
        if !isCutting { writable = index }
        // Safe because the index now lies below the high-water mark and its page exists.
        unsafe writablePointer(index).pointee = Slot()
        return index
    }

    /// Gives an allocated slot back. O(1).
    public func free(_ index: UInt32) {
        precondition(header.count > 0, "only an allocated slot is freed")
        unsafe writablePointer(index).pointee.nextFree = header.freeHead
        header.freeHead = index
        header.count -= 1
    }

    /// The slot at `index`, in place. The index must be below `highWater` and not 0.
    public subscript(index: UInt32) -> Slot {
        // Inlined by force: beyond a few dozen uses the optimiser would begin to call them.
        @inline(__always)
        unsafeAddress {
            precondition(index &- 1 < readable, "index of a slot that exists")
            // Safe because slots below the high-water mark lie in pages that exist.
            return unsafe UnsafePointer(pointer(index))
        }
        @inline(__always)
        unsafeMutableAddress {
            unsafe writablePointer(index)
        }
    }

    @inline(__always)
    private func pointer(_ index: UInt32) -> UnsafeMutablePointer<Slot> {
        unsafe pages[Int(index >> pageShift)] + Int(index & slotMask)
    }

    @inline(__always)
    private func writablePointer(_ index: UInt32) -> UnsafeMutablePointer<Slot> {
        if index &- 1 >= writable { prepareMutation(of: index) }
        // Safe because slots below the high-water mark lie in pages that exist.
        return unsafe pointer(index)
    }

    /// The slow way to a slot: it is out of bounds, or a cut is under way.
    @inline(never)
    private func prepareMutation(of index: UInt32) {
        precondition(index &- 1 < readable, "index of a slot that exists")
        guard isCutting else { return }
        let page = Int(index >> pageShift)
        guard page >= cutCursor, page < cutPageCount, unsafe copies[page] == nil else { return }
        let copy = UnsafeMutableRawPointer.allocate(byteCount: pageByteCount, alignment: 16)
        // Safe because both are whole pages, and slots are bitwise copyable.
        unsafe copy.copyMemory(from: pages[page], byteCount: pageByteCount)
        unsafe copies[page] = unsafe copy.assumingMemoryBound(to: Slot.self)
        copiedPageCount += 1
    }

    // MARK: Pages

    private var pageByteCount: Int { slotsPerPage * MemoryLayout<Slot>.stride }

    private static func allocatePage(byteCount: Int) -> UnsafeMutablePointer<Slot> {
        // Safe because slots are bitwise copyable: zeroed memory is memory, and a slot is set to
        // `Slot()` before anyone can reach it.
        let raw = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
        unsafe raw.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
        return unsafe raw.assumingMemoryBound(to: Slot.self)
    }

    private func addPage() {
        if pageCount == pageCapacity { growPageTable() }
        unsafe pages[pageCount] = Self.allocatePage(byteCount: pageByteCount)
        pageCount += 1
    }

    private func growPageTable() {
        let larger = pageCapacity * 2
        let morePages = UnsafeMutablePointer<UnsafeMutablePointer<Slot>>.allocate(capacity: larger)
        let moreCopies = UnsafeMutablePointer<UnsafeMutablePointer<Slot>?>.allocate(
            capacity: larger)
        // Safe because the new tables are larger than what is moved into them.
        unsafe morePages.update(from: pages, count: pageCount)
        unsafe moreCopies.initialize(repeating: nil, count: larger)
        unsafe moreCopies.update(from: copies, count: pageCount)
        unsafe pages.deallocate()
        unsafe copies.deallocate()
        unsafe pages = morePages
        unsafe copies = moreCopies
        pageCapacity = larger
    }

    // MARK: The cut

    /// Begins a cut: the pages handed out from now on are those of this moment. O(1).
    public func beginCut() {
        precondition(!isCutting && !isRestoring, "one cut at a time, of a whole slab")
        cutHeader = header
        cutCursor = 0
        cutPageCount = pageCountNeeded(header.highWater)
        isCutting = cutPageCount > 0
        if isCutting { writable = 0 }
    }

    /// Hands out the image of the next page as of the cut; false when all have been handed out.
    ///
    /// The image holds the slots below the high-water mark of the cut. It is valid until `emit`
    /// returns, and `emit` must not touch the slab.
    public func nextCutPage(_ emit: (_ page: Int, _ image: ByteView) -> Void) -> Bool {
        guard isCutting else { return false }
        let page = cutCursor
        let slots = unsafe copies[page] ?? pages[page]
        let image = unsafe ByteView(
            unsafeStart: UnsafePointer(
                UnsafeRawPointer(slots).assumingMemoryBound(to: UInt8.self)),
            count: imageByteCount(page, cutHeader.highWater))
        emit(page, image)
        dropCopy(page)
        cutCursor += 1
        if cutCursor == cutPageCount { endCut() }
        return true
    }

    /// Ends a cut early and drops its copies.
    public func abandonCut() {
        guard isCutting else { return }
        for page in cutCursor..<cutPageCount { dropCopy(page) }
        endCut()
    }

    private func endCut() {
        isCutting = false
        writable = readable
    }

    private func dropCopy(_ page: Int) {
        guard let copy = unsafe copies[page] else { return }
        unsafe copy.deallocate()
        unsafe copies[page] = nil
        copiedPageCount -= 1
    }

    private func pageCountNeeded(_ highWater: UInt32) -> Int {
        highWater <= 1 ? 0 : Int((highWater - 1) >> pageShift) + 1
    }

    private func imageByteCount(_ page: Int, _ highWater: UInt32) -> Int {
        min(slotsPerPage, Int(highWater) - page * slotsPerPage) * MemoryLayout<Slot>.stride
    }

    // MARK: Restoring

    /// Whether pages are still missing after `restore`.
    public var awaitsPages: Bool { isRestoring }

    /// Makes an untouched slab what a cut's header says; its pages follow. False when the header
    /// contradicts itself.
    public func restore(_ header: SlabHeader) -> Bool {
        precondition(self.header.highWater == 1 && !isRestoring, "only a fresh slab is restored")
        guard header.highWater >= 1, header.freeHead < header.highWater,
            header.count < header.highWater
        else { return false }
        self.header = header
        isRestoring = pageCountNeeded(header.highWater) > 0
        return true
    }

    /// Takes the image of the next page, in the order of their numbers. False when the page is not
    /// the next one, has the wrong size, or is the last and leaves a broken list of free slots.
    public func restorePage(_ page: Int, image: ByteView) -> Bool {
        guard isRestoring, page == pageCount,
            image.count == imageByteCount(page, header.highWater)
        else { return false }
        addPage()
        unsafe image.withUnsafeBytes { bytes in
            // Safe because the image was just found to be no longer than a page.
            unsafe UnsafeMutableRawPointer(pages[page]).copyMemory(
                from: bytes.baseAddress.unsafelyUnwrapped, byteCount: bytes.count)
        }
        guard pageCount == pageCountNeeded(header.highWater) else { return true }
        isRestoring = false
        readable = header.highWater - 1
        writable = readable
        return freeListIsWhole()
    }

    /// Whether the list of free slots has as many members as it must and then ends.
    private func freeListIsWhole() -> Bool {
        var index = header.freeHead
        for _ in 0..<(header.highWater - 1 - header.count) {
            guard index &- 1 < readable else { return false }
            index = unsafe pointer(index).pointee.nextFree
        }
        return index == 0
    }
}
