import Testing

@testable import BrokerCore

@Suite struct ModelTests {
    @Test(arguments: ModelRun.Kind.allCases, 0..<16 as Range<UInt64>)
    func theBrokerBehavesLikeItsModel(kind: ModelRun.Kind, seed: UInt64) throws {
        let run = try ModelRun(kind: kind, seed: seed)
        do { try run.run(steps: 400) } catch let difference as ModelRun.Difference {
            Issue.record("\(kind), seed \(seed)\n\(difference.text)")
        }
    }
}
