import BrokerJournal

extension DiskMemory {
    /// A copy of the bytes.
    var copy: [UInt8] {
        // Safe because the journal keeps the memory until the completion.
        unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: byteCount))
    }

    /// Puts `bytes`, at most as many as there is room for, at the front.
    func store(_ bytes: ArraySlice<UInt8>) {
        precondition(bytes.count <= byteCount, "what is read fits")
        unsafe bytes.withUnsafeBytes { source in
            guard let address = source.baseAddress else { return }
            // Safe because the count was just checked, and the journal keeps the memory.
            unsafe start.copyMemory(from: address, byteCount: source.count)
        }
    }
}
