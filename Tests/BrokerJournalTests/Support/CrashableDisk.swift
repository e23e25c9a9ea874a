import Bytes

@testable import BrokerJournal

/// A small seeded generator (SplitMix64), so that a failure can be run again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// A disk that does nothing until it is told to, and that can lose power: what was written and not
/// synced is then there or not, sector by sector.
final class CrashableDisk: Disk {
    private static let sectorByteCount = 512

    /// What was to be touched ahead, in order.
    private(set) var warmed: [(memory: PageMemory, range: Range<Int>)] = []

    private struct Submitted {
        var operation: DiskOperation
        var ticket: UInt64
    }

    /// What a reader sees, and what survives a loss of power.
    private(set) var visible = MemoryDisk()
    private var durable: [DiskFile: [UInt8]] = [:]
    private var submitted: [[Submitted]] = DiskLane.allCases.map { _ in [] }
    private var completions: [DiskCompletion] = []
    /// Operations that fail from now on, by verb.
    var failing: [String: Int32] = [:]
    /// Files on which every operation fails from now on.
    var broken: Set<DiskFile> = []
    /// How many operations of each verb were carried out.
    private(set) var counts: [String: Int] = [:]

    func list() throws(DiskError) -> [DiskEntry] { visible.list() }

    func perform(_ operation: DiskOperation) throws(DiskError) -> Int {
        counts[operation.verb, default: 0] += 1
        if let code = failing[operation.verb] {
            throw DiskError(verb: operation.verb, file: operation.file.name, code: code)
        }
        if broken.contains(operation.file) {
            throw DiskError(verb: operation.verb, file: operation.file.name, code: 5)
        }
        let count = try visible.perform(operation)
        switch operation {
        case .write(let file, _, _, let sync): if sync { persist(file) }
        case .create(let file, _), .sync(let file), .remove(let file): persist(file)
        case .rename(let file, let target):
            durable[target] = durable[file]
            durable[file] = nil
        case .read: break
        }
        return count
    }

    func submit(_ operation: DiskOperation, lane: DiskLane, ticket: UInt64) {
        submitted[lane.rawValue].append(Submitted(operation: operation, ticket: ticket))
    }

    func takeCompletions(_ body: (DiskCompletion) -> Void) {
        let taken = completions
        completions.removeAll()
        for completion in taken { body(completion) }
    }

    func awaitCompletion() {
        while completions.isEmpty, step() {}
    }

    func warm(_ memory: PageMemory, _ range: Range<Int>) {
        warmed.append((memory, range))
        memory.touch(range)
    }

    func close() { while step() {} }

    /// Carries out the oldest operation of a lane, or of any; false when there is none.
    @discardableResult
    func step(_ lane: DiskLane? = nil) -> Bool {
        for index in submitted.indices where lane == nil || lane?.rawValue == index {
            guard !submitted[index].isEmpty else { continue }
            let next = submitted[index].removeFirst()
            var result: Result<Int, DiskError>
            do throws(DiskError) {
                result = .success(try perform(next.operation))
            } catch {
                result = .failure(error)
            }
            completions.append(DiskCompletion(ticket: next.ticket, result: result))
            return true
        }
        return false
    }

    /// The disk after power was lost: operations under way may have happened in part.
    func afterPowerLoss(using generator: inout SeededGenerator) -> CrashableDisk {
        for lane in submitted {
            guard let first = lane.first, Bool.random(using: &generator) else { continue }
            if case .write(let file, let offset, let memory, _) = first.operation {
                _ = try? visible.perform(
                    .write(file, offset: offset, from: memory, sync: false))
            } else {
                _ = try? perform(first.operation)
            }
        }
        let after = CrashableDisk()
        for (file, bytes) in visible.files {
            guard var surviving = durable[file] else { continue }
            let extra = bytes.count - surviving.count
            if extra > 0 { surviving += [UInt8](repeating: 0, count: extra) }
            var start = 0
            while start < bytes.count {
                let end = min(start + CrashableDisk.sectorByteCount, bytes.count)
                if bytes[start..<end] != surviving[start..<end], Bool.random(using: &generator) {
                    surviving.replaceSubrange(start..<end, with: bytes[start..<end])
                }
                start = end
            }
            after.put(file, surviving)
        }
        return after
    }

    /// The disk after the process died: what was carried out is there, the rest is not.
    func afterKill() -> CrashableDisk {
        let after = CrashableDisk()
        for (file, bytes) in visible.files { after.put(file, bytes) }
        return after
    }

    /// Replaces a file, durably.
    func put(_ file: DiskFile, _ bytes: [UInt8]?) {
        visible.replace(file, with: bytes)
        durable[file] = bytes
    }

    /// The bytes of a file.
    func bytes(_ file: DiskFile) -> [UInt8] { visible.files[file] ?? [] }

    /// The files there are, in order of their names.
    var files: [DiskFile] { visible.files.keys.sorted { $0.name < $1.name } }

    private func persist(_ file: DiskFile) { durable[file] = visible.files[file] }
}
