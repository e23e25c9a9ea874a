extension ByteView {
    /// Whether these bytes come before `other` in byte order; a beginning comes before the whole.
    public func precedes(_ other: ByteView) -> Bool {
        let shared = Swift.min(count, other.count)
        var index = 0
        while index < shared {
            if self[index] != other[index] { return self[index] < other[index] }
            index += 1
        }
        return count < other.count
    }
}
