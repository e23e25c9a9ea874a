/// What a slab stores: fixed-layout slots of at most 256 bytes whose free ones form a list.
///
/// A page's image in a snapshot is the raw bytes of its slots, so the layout of a slot is part of
/// the snapshot's format.
public protocol SlabSlot: BitwiseCopyable {
    /// A slot as it is before its first use. All bytes zero is the best choice.
    init()
    /// The next free slot while this one is free; it may share storage with another field.
    var nextFree: UInt32 { get set }
}

/// What a slab is besides its pages.
public struct SlabHeader: Equatable, Sendable {
    /// The slot that the next allocation takes, or 0.
    public var freeHead: UInt32
    /// One more than the highest index ever allocated.
    public var highWater: UInt32
    /// How many slots are allocated.
    public var count: UInt32

    /// A header of these parts.
    public init(freeHead: UInt32, highWater: UInt32, count: UInt32) {
        self.freeHead = freeHead
        self.highWater = highWater
        self.count = count
    }
}
