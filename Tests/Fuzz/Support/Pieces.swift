/// Cuts bytes into pieces in a way that depends on the bytes alone.
struct Pieces: Sequence, IteratorProtocol {
    private let bytes: [UInt8]
    private var offset = 0
    private var state: UInt64

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        state = bytes.reduce(0x9E37_79B9_7F4A_7C15) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    mutating func next() -> ArraySlice<UInt8>? {
        guard offset < bytes.count else { return nil }
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        // Mostly small, so that every border is met; sometimes large, so that an end comes.
        let count = 1 + Int(state >> 60 < 12 ? state >> 33 & 7 : state >> 33 & 255)
        defer { offset += count }
        return bytes[offset..<Swift.min(offset + count, bytes.count)]
    }
}

extension [UInt8] {
    /// The parts between `separator`s; empty ones count.
    func parts(_ separator: UInt8 = 0x0A, most: Int = .max) -> [[UInt8]] {
        split(separator: separator, maxSplits: most - 1, omittingEmptySubsequences: false)
            .map { Array($0) }
    }

    /// As text; faults in the UTF-8 are replaced.
    var text: String { String(decoding: self, as: UTF8.self) }
}
