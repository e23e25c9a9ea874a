import CAllocations

/// From where a benchmark allocates.
public struct AllocationPlace: Sendable {
    /// Allocations per operation.
    public var allocations: Double
    /// Their bytes per operation.
    public var bytes: Double
    /// The functions on the stack, innermost first, from the one that wanted the memory to the last
    /// before the benchmark: each with its address in the program's file.
    public var functions: [String]

    private static let frameLimit = 24
    private static let nameLimit = 400

    /// The places from which `work` allocates, those with the most allocations first.
    static func noted(operationCount: Int, _ work: () throws -> Void) rethrows -> [AllocationPlace]
    {
        apus_allocations_trace_begin()
        defer { apus_allocations_trace_end() }
        try work()
        apus_allocations_trace_end()
        return merged((0..<apus_allocations_place_count()).map { place($0, operationCount) })
    }

    /// The places, those of the same functions as one: within the runtime there are several ways.
    private static func merged(_ places: [AllocationPlace]) -> [AllocationPlace] {
        var merged: [AllocationPlace] = []
        for place in places {
            if let index = merged.firstIndex(where: { $0.functions == place.functions }) {
                merged[index].allocations += place.allocations
                merged[index].bytes += place.bytes
            } else {
                merged.append(place)
            }
        }
        return merged.sorted { $0.allocations > $1.allocations }
    }

    private static func place(_ index: Int, _ operationCount: Int) -> AllocationPlace {
        var frames = [UInt](repeating: 0, count: frameLimit)
        var frameCount = 0
        var bytes: UInt64 = 0
        // Safe because at most so many frames are written as the array has room for.
        let times = unsafe apus_allocations_place(index, &frames, frameLimit, &frameCount, &bytes)
        return AllocationPlace(
            allocations: Double(times) / Double(operationCount),
            bytes: Double(bytes) / Double(operationCount),
            functions: interesting(frames.prefix(frameCount).compactMap(function)))
    }

    /// How functions begin that allocate on behalf of another.
    private static let runtimePrefixes = [
        "apus_allocations_note", "malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc",
        "swift_",
    ]

    private static func interesting(_ functions: [String]) -> [String] {
        let outer = functions.drop { !$0.hasPrefix(runtimePrefixes[0]) }
            .drop { runtimePrefixes.contains(where: $0.hasPrefix) }
        return Array(
            outer.prefix { !$0.contains("MicroBenchmarks.") && !$0.hasPrefix("Bench_main") })
    }

    private static func function(_ frame: UInt) -> String? {
        var name = [CChar](repeating: 0, count: nameLimit)
        // Safe because the name is written within the array and ends with a zero.
        let address = unsafe apus_allocations_function(frame, &name, nameLimit)
        guard address != 0 else { return nil }
        let text = String(
            decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(text) at 0x\(String(address, radix: 16))"
    }
}
