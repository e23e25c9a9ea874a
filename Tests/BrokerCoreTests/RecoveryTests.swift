import Bytes
import Testing

@testable import BrokerCore

@Suite struct RecoveryTests {
    /// Wanders, recovers a twin, and wanders on with both: they must meet the same.
    @Test(arguments: 0..<16 as Range<UInt64>)
    func aReplayedBrokerBehavesLikeTheOneThatWrote(seed: UInt64) throws {
        let one = try Wanderer(seed: seed)
        one.wander(steps: 250)
        one.settle()
        try compare(one, try Wanderer(besides: one), seed)
    }

    @Test(arguments: 100..<116 as Range<UInt64>)
    func aBrokerFromASnapshotBehavesLikeTheOneThatWroteIt(seed: UInt64) throws {
        let one = try Wanderer(seed: seed)
        one.wander(steps: 200)
        one.wanderThroughSnapshot()
        try compare(one, try Wanderer(besides: one), seed)
    }

    @Test(arguments: 200..<208 as Range<UInt64>)
    func whatIsDoneInStepsIsDoneAsAtOnce(seed: UInt64) throws {
        let one = try Wanderer(seed: seed, waits: false)
        let other = try Wanderer(seed: seed, stepsPerTick: 1 + Int(seed % 3), waits: false)
        one.wander(steps: 400)
        other.wander(steps: 400)
        compare(one.log, other.log, seed)
        #expect(InvariantChecker.faults(of: other.world.broker).isEmpty)
    }

    @Test func theSameSeedWritesTheSameJournal() throws {
        let one = try Wanderer(seed: 77)
        let other = try Wanderer(seed: 77)
        one.wander(steps: 300)
        other.wander(steps: 300)
        #expect(one.log == other.log)
        let records = { (wanderer: Wanderer) in
            wanderer.world.sink.records.map { [$0.type.rawValue] + $0.payload }
        }
        #expect(records(one) == records(other))
    }

    private func compare(_ one: Wanderer, _ other: Wanderer, _ seed: UInt64) throws {
        #expect(InvariantChecker.faults(of: other.world.broker).isEmpty)
        let start = one.log.count
        one.wander(steps: 250)
        other.wander(steps: 250)
        #expect(InvariantChecker.faults(of: one.world.broker).isEmpty)
        #expect(InvariantChecker.faults(of: other.world.broker).isEmpty)
        compare(Array(one.log[start...]), other.log, seed)
    }

    private func compare(_ log: [String], _ other: [String], _ seed: UInt64) {
        guard log != other else { return }
        let index = zip(log, other).prefix { $0 == $1 }.count
        let context = log[max(0, index - 12)..<min(index, log.count)].joined(separator: "\n")
        let line = { (log: [String]) in index < log.count ? log[index] : "(end)" }
        Issue.record("seed \(seed)\n\(context)\n- \(line(log))\n+ \(line(other))")
    }
}
